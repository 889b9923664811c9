"""Stems of words that the rules for questions know: of what no skeleton shows, of movement, and ordinary ones."""

from .terms import PREDICATES, SUBJECTS
from .tokens import FORMS, GLUE, stem

__all__ = ["KNOWN", "MOVEMENT", "UNSEEN"]


def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


UNSEEN = _stems(
    # face
    "face facial eye eyes eyebrow eyebrows brows gaze mouth lip lips cheek cheeks nose tongue teeth ear ears tear "
    "tears smile smiling smiles grin grinning frown frowning cry crying blush blushing blink blinking wink wrinkles "
    # looks and clothes
    "colour color coloured beard moustache hair haircut blond blonde bald skin tattoo tattoos scar makeup wear wears "
    "wearing clothes clothing dressed dress shirt trousers jeans skirt coat jacket shoe shoes boots socks hat cap "
    "glove gloves mask glasses jewellery jewelry necklace earrings uniform costume handsome pretty ugly beautiful "
    "finger fingers thumb nails toe toes "
    # who it is
    "name age old gender male female job profession occupation nationality country religion married rich poor "
    "intelligent weight weigh heavy kilograms tall born birthday family children famous "
    # what is heard
    "voice talk talking talks speak speaking speaks language accent sing singing song music loud noise sound hear "
    "listen listening laugh laughing shout shouting whisper scream saying said says word words "
    # what is around
    "room weather rain raining sun sunny floor wall window door chair table furniture dog cat animal tree background "
    "light lamp dark camera filmed film movie recorded city outdoors indoors night season temperature cold alone "
    "crowd phone bag ball cup object audience surroundings "
    # what is inside, before and after
    "thinking thoughts heart pulse blood breath breathing breathe sweat sweating fever headache ill sick hungry "
    "depression depressed diagnosis illness disease drunk pregnant dream remember memory tomorrow yesterday will"
)
"""Words for what 22 joints do not show: face, voice, clothes, fingers, surroundings, identity."""

MOVEMENT = _stems(
    "movement movements motion move moves moving body part parts limbs posture pose gesture gestures bearing stand "
    "standing walk walking run running sit sitting jump dance step emotion emotions emotional feel feels feeling mood "
    "express expresses expression show shows seem seems why telling speed energy energetic rhythm style calm tense "
    "relaxed reason reasons sign signs evidence see describe change changes"
) | {"<beginning>", "<middle>", "<end>"}
"""Words of questions about the movement or its emotion as a whole."""

_ORDINARY = _stems(
    "a an the is are was were be been do does did have has had can could would should may might will he she it they "
    "him her them his its their this that these those there here i we you me us my your our who whom what which when "
    "where why how and or but not no yes of to in on at by for from with without about as like than then if whether "
    "so "
    "such very too more most much many few any some something anything all both each every one two other same also "
    "just only still again up down out off over under into through during while before after now whole part side way "
    "kind sort thing special unusual strange striking notable interesting typical going happen happens happening tell "
    "give say think look looks looking seem appear notice observe find shown visible clip video recording time first "
    "last start end beginning middle left right big small good bad get become make makes keep hold use uses using "
    "doing done try describe summary summarise short please overall general generally quite rather really bit little "
    "lot person body seen best well please let know anyone somebody someone himself herself carry "
    "carries manner style detail details"
)
KNOWN = (
    _ORDINARY
    | MOVEMENT
    | GLUE
    | {stem(word) for word in FORMS}
    | _stems(" ".join(SUBJECTS.values()))
    | {word for terms in PREDICATES.values() for term in terms for word in term.words}
)
"""Stems of words that a question about movement may have: another word may be about something else."""
