"""Prompts about clips, and chats with the answers to learn."""


def prompt(processor, clips=1, question="What emotion does this movement express?"):
    """A question about this number of clips, ready for an answer."""
    content = [{"type": "skeleton"}] * clips + [{"type": "text", "text": question}]
    return processor.tokenizer.apply_chat_template(
        [{"role": "user", "content": content}],
        chat_template=processor.chat_template,
        tokenize=False,
        add_generation_prompt=True,
    )


def asked(processor, clips):
    """One prompt for each clip, of different lengths."""
    texts = [prompt(processor, question="How? " * (1 + 3 * index)) for index in range(len(clips))]
    return processor(text=texts, skeletons=clips)


def alone(processor, clips, index):
    """What `asked` makes of one of the clips, without padding."""
    return processor(text=[prompt(processor, question="How? " * (1 + 3 * index))], skeletons=[clips[index]])


def taught(clips, answers):
    """A chat for each clip with the answer that is to be learned."""
    why = {"type": "text", "text": "Why?"}
    return [
        [
            {"role": "user", "content": [{"type": "skeleton", "skeleton": clip}, why]},
            {"role": "assistant", "content": answer},
        ]
        for clip, answer in zip(clips, answers, strict=True)
    ]
