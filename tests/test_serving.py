"""The server: each client gets the pipeline's record of its own recording, and what is too much is refused."""

import json
import os
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx2
import numpy as np
import pytest
import torch
from conftest import as_input, make_clip, write_bvh
from stubborn_reading import StubbornExtractor

from eai_llm_hf.cli.main import main
from eai_llm_hf.processing.claims.explanation import taught_text
from eai_llm_hf.processing.skeleton.tree import JOINT_NAMES
from eai_llm_hf.serving import limits as limits_module
from eai_llm_hf.serving.limits import Limits, require_extra

for library in ("fastapi", "prometheus_client", "python_multipart"):
    pytest.importorskip(library, reason=f"the server needs {library}, of the extra serve")
uvicorn = pytest.importorskip("uvicorn", reason="the server needs uvicorn, of the extra serve")
application = pytest.importorskip("eai_llm_hf.serving.application")
batching = pytest.importorskip("eai_llm_hf.serving.batching")
reading = pytest.importorskip("eai_llm_hf.serving.reading")
metrics = pytest.importorskip("eai_llm_hf.serving.metrics")

BRIEF = {"max_new_tokens": 12}


@contextmanager
def serving(pipe, reference=None, **limits):
    """The address of a server with these limits, which runs in a thread."""
    app = application.build_application(pipe, Limits(**limits), reference)
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture(scope="module")
def address(pipe):
    with serving(pipe, request_mb=1.0, movement_s=30.0) as address:
        yield address


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, bytes]:
    """Recordings as files: a BVH, an array, and five more of other people."""
    folder = tmp_path_factory.mktemp("files")
    clip = make_clip(1, emotion="sad", action="walk", rig="bandai22", duration_s=3.0)
    write_bvh(folder / "walk.bvh", clip.joints, clip.fps)
    for seed in range(2, 8):
        joints = make_clip(seed, rig="bandai22", duration_s=2.0 + 0.3 * seed).joints
        np.savez(folder / f"{seed}.npz", joints=joints, fps=30.0, joint_names=np.array(JOINT_NAMES))
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def expected(pipe, files, tmp_path_factory) -> dict[str, dict]:
    """What the pipeline answers, with labels alone."""
    folder = tmp_path_factory.mktemp("expected")
    found = {}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        found[name] = pipe({"path": str(folder / name), "source": name}, label_only=True)
    return found


def ask(address, name="walk.bvh", content=b"", files=(), query="", **fields):
    """The answer to a form with a recording."""
    sent = {"recording": (name, content), **dict(files)}
    return httpx2.post(f"{address}/explain{query}", data=fields, files=sent, timeout=60)


def same(found: dict, expected: dict) -> bool:
    """Whether two records agree; scores up to the rounding of sums in batches."""
    scores = [found.pop("scores"), (expected := dict(expected)).pop("scores")]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
    rounded = ("score", "certainty", "segments")
    return {k: v for k, v in found.items() if k not in rounded} == {
        k: v for k, v in expected.items() if k not in rounded
    }


@contextmanager
def held(pipe, monkeypatch):
    """Keeps the model busy until the event that it gives is set; the other event says that the model is in use."""
    free, busy = threading.Event(), threading.Event()
    answers = pipe.answers

    def slow(calls, **given):
        busy.set()
        assert free.wait(30)
        return answers(calls, **given)

    with monkeypatch.context() as patch:
        patch.setattr(pipe, "answers", slow)
        try:
            yield free, busy
        finally:
            free.set()


def test_a_file_gives_the_record_of_the_pipeline(pipe, address, files, tmp_path):
    (tmp_path / "walk.bvh").write_bytes(files["walk.bvh"])
    expected = pipe({"path": str(tmp_path / "walk.bvh"), "source": "walk.bvh"}, **BRIEF)
    answer = ask(address, content=files["walk.bvh"], **BRIEF)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(expected)) and expected["explanation"]


def test_options_are_those_of_the_pipeline(pipe, address, files, tmp_path):
    (tmp_path / "walk.bvh").write_bytes(files["walk.bvh"])
    given = {"path": str(tmp_path / "walk.bvh"), "source": "walk.bvh"}
    found = ask(address, content=files["walk.bvh"], candidate_labels="calm, tense", label_only="true").json()
    assert same(found, pipe(given, candidate_labels=["calm", "tense"], label_only=True))
    question = "How sure are you?"
    found = ask(address, content=files["walk.bvh"], question=question).json()
    assert found["question"] == question and found["explanation"] == pipe(given, question=question)["explanation"]


def test_joints_may_come_as_json_with_null_where_nothing_was_tracked(pipe, address):
    clip = make_clip(3, rig="bandai22", duration_s=2.0)
    joints = clip.joints.copy()
    joints[5, 20] = np.nan
    sent = json.loads(json.dumps(joints.astype(float).tolist()).replace("NaN", "null"))
    body = {"joints": sent, "fps": 30, "layout": "smpl22", "label_only": True, "source": "live"}
    found = httpx2.post(f"{address}/explain", json=body).json()
    assert same(found, pipe(as_input(clip) | {"joints": joints, "source": "live"}, label_only=True))


def test_several_people_give_a_list(pipe, address):
    clips = [make_clip(seed, rig="bandai22", duration_s=2.0).joints[:55] for seed in (4, 5)]
    body = {"joints": np.stack(clips).tolist(), "fps": 30, "layout": "smpl22", "label_only": True}
    found = httpx2.post(f"{address}/explain", json=body).json()
    assert len(found) == 2 and all("label" in record for record in found)


def test_a_reference_and_a_baseline_may_come_with_the_recording(pipe, address, files, tmp_path):
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    others = [str(tmp_path / f"{number}.npz") for number in range(2, 7)]
    reference = pipe.calibrate(others, performers=["anna"] * 3 + ["ben"] * 2)
    reference.save(tmp_path / "ours.json")
    sent = {"reference": ("ours.json", (tmp_path / "ours.json").read_bytes())}
    found = ask(address, content=files["walk.bvh"], files=sent, performer="anna", label_only="true").json()
    given = {"path": str(tmp_path / "walk.bvh"), "source": "walk.bvh"}
    assert same(found, pipe(given, reference=reference, performer="anna", label_only=True))
    assert {item["reference"] for item in found["evidence"]} == {"performer"}
    sent = {"baseline": ("2.npz", files["2.npz"])}
    found = ask(address, content=files["walk.bvh"], files=sent, label_only="true").json()
    assert same(found, pipe(given, baseline=others[0], label_only=True))
    with serving(pipe, reference=reference) as own:
        found = ask(own, content=files["walk.bvh"], label_only="true").json()
        assert {item["reference"] for item in found["evidence"]} == {"recordings"}, "the server's"


def test_clients_at_once_each_get_their_own_answer_and_share_batches(pipe, files, expected):
    with serving(pipe) as address, ThreadPoolExecutor(10) as clients:
        names = [*files] * 3
        answers = clients.map(lambda name: (name, ask(address, name, files[name], label_only="true").json()), names)
        assert all(same(record, expected[name]) for name, record in answers)
        text = httpx2.get(f"{address}/metrics").text
    assert f'eai_llm_requests_total{{status="200"}} {len(names)}.0' in text
    batches = float(text.split("eai_llm_batch_recordings_count ")[1].split()[0])
    assert batches < len(names), "what waited went through the model together"


def test_a_stream_gives_the_label_before_the_record(pipe, address, files, tmp_path):
    answer = ask(address, content=files["walk.bvh"], query="?stream=true", **BRIEF)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [
        (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: ")))
        for lines in (event.splitlines() for event in answer.text.strip().split("\n\n"))
    ]
    (first, label), (last, record) = events[0], events[-1]
    assert (first, last) == ("label", "record") and label["person"] == 0
    assert label["label"] == record["label"] and label["scores"] == pytest.approx(record["scores"], abs=1e-6)
    assert record == ask(address, content=files["walk.bvh"], **BRIEF).json()


def test_parts_of_a_text_come_while_it_is_written_once_they_passed_the_check(pipe, monkeypatch):
    clips = [make_clip(seed, emotion="sad", rig="bandai22", duration_s=2.0) for seed in (1, 2, 3)]
    heard = [[], [], []]
    jobs = [
        batching.Job(pipe.opened(as_input(clip)), events.append, stream=True)
        for clip, events in zip(clips, heard, strict=True)
    ]
    jobs[2].stream = False

    def writes(input_ids, stopping_criteria, **_):
        """Writes what was taught, the second time about another label, a token at a time."""
        texts = [taught_text(job.call.request.people[0].argument) for job in jobs]
        texts[1] = texts[1].replace(jobs[1].call.request.people[0].argument.label, "furious")
        tokens = [pipe.processor.tokenizer(f" {text}")["input_ids"] for text in texts]
        for place in range(max(map(len, tokens))):
            pad = pipe.processor.tokenizer.pad_token_id
            column = [row[place] if place < len(row) else pad for row in tokens]
            input_ids = torch.cat([input_ids, torch.tensor(column)[:, None]], dim=1)
            assert not stopping_criteria(input_ids, None).any()
        return input_ids

    monkeypatch.setattr(pipe.model, "generate", writes)
    batching.Batcher(pipe, 8, metrics.Metrics())._answer(jobs)
    names = [[name for name, _ in events] for events in heard]
    assert names[0][0] == "label" and "part" in names[0] and names[0][-1] == "record"
    parts = [data for name, data in heard[0] if name == "part"]
    assert heard[0][-1][1]["explanation"].startswith(" ".join(part["text"] for part in parts))
    assert parts[0]["parts"] == ["label"] and parts[0]["person"] == 0
    assert "part" in names[1]
    assert not any("furious" in json.dumps(event) for event in heard[1]), "what did not pass is told nobody"
    assert names[2] == ["record"]


def test_what_needs_no_text_is_answered_while_texts_are_written(pipe):
    batcher, told = batching.Batcher(pipe, 8, metrics.Metrics()), []

    def job(seed, **asked):
        call = pipe.opened(as_input(make_clip(seed, rig="bandai22", duration_s=2.0)) | {"source": str(seed)}, **asked)
        return batching.Job(call, lambda event: told.append((call.request.source, *event)))

    written = job(1, **BRIEF)
    waiting = [job(2, label_only=True), job(3, question="How sure are you?"), job(4, verify=False, **BRIEF)]
    waiting += [job(5, label_only=True), job(6, label_only=True, attribution=True)]
    for each in waiting:
        batcher.add(each)
    batcher._answer([written])
    assert [name for name, *_ in told] == ["2", "5", "3", "1"], "a batch between two tokens; 4 and 6 take long"
    assert [each.call.request.source for each in batcher._next()] == ["4"]
    records = {name: record for name, _, record in told}
    alone = pipe(as_input(make_clip(1, rig="bandai22", duration_s=2.0)) | {"source": "1"}, **BRIEF)
    assert records["1"] == alone, "its text is the same as without others in between"
    assert same(
        records["2"], pipe(as_input(make_clip(2, rig="bandai22", duration_s=2.0)) | {"source": "2"}, label_only=True)
    )
    assert records["3"]["explanation"]


def test_what_needs_no_text_takes_at_most_half_of_the_time(pipe, monkeypatch):
    clock, tokens, answered_after = 0.0, [], []
    monkeypatch.setattr(batching.time, "monotonic", lambda: clock)
    batcher = batching.Batcher(pipe, 8, metrics.Metrics())
    call = pipe.opened(as_input(make_clip(1, rig="bandai22", duration_s=2.0)), label_only=True)

    def answer(jobs):
        nonlocal clock
        clock += 3.0
        answered_after.append(len(tokens))

    monkeypatch.setattr(batcher, "_answer", answer)
    for _ in range(12):
        tokens.append(clock)
        clock += 1.0
        batcher.add(batching.Job(call, lambda event: None))
        batcher._answer_quick_ones()
    assert answered_after == [1, 3, 6, 9, 12], "3 s each, tokens take 1 s"


@pytest.mark.parametrize(
    "name, content, fields, status, words",
    [
        ("broken.bvh", b"HIERARCHY\nROOT", {}, 422, "broken.bvh"),
        ("notes.txt", b"hello", {}, 422, "notes.txt: cannot read '.txt'; expected one of .bvh"),
        ("clip.mp4", b"0000", {}, 422, "clip.mp4: videos take minutes"),
        ("../../etc/walk.bvh", b"", {}, 422, "walk.bvh: the file is empty"),
        ("..", b"hello", {}, 422, "recording: "),
        ("walk.bvh", None, {"label_only": "true", "question": "Why?"}, 422, "label_only: expected no question"),
        ("walk.bvh", None, {"layout": "/etc/rig.json"}, 422, "layout: '/etc/rig.json' is no known rig"),
        ("walk.bvh", None, {"label_onyl": "true"}, 422, "label_onyl: Extra inputs are not permitted"),
        ("walk.bvh", None, {"label_only": "perhaps"}, 422, "label_only: "),
        ("walk.bvh", None, {"candidate_labels": "calm"}, 422, "candidate_labels must be two or more"),
        ("walk.bvh", None, {"performer": "anna"}, 422, "pass a reference too"),
        ("walk.bvh", None, {"max_new_tokens": "100000"}, 422, "max_new_tokens: "),
        ("walk.bvh", None, {"window_s": "0.1"}, 422, "window_s must lie between"),
        ("walk.bvh", None, {"hop_s": "2"}, 422, "hop_s: expected window_s with it"),
        ("walk.bvh", None, {"question": " "}, 422, "question must have words"),
        ("large.bvh", b"0" * 1_100_000, {}, 413, "The request is larger than 1 MB."),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_words_of_the_reader(
    address, files, name, content, fields, status, words
):
    answer = ask(address, name, files["walk.bvh"] if content is None else content, **fields)
    assert answer.status_code == status and words in answer.json()["detail"]
    assert "Traceback" not in answer.text and tempfile.gettempdir() not in answer.text


def test_a_request_that_is_no_form_and_no_json_is_refused(address):
    for headers, body, status in (
        ({"content-type": "application/octet-stream"}, b"0", 415),
        ({"content-type": "application/json"}, b"[" * 100_000, 422),
        ({"content-type": "application/json"}, b"[1]", 422),
        ({"content-type": "application/json"}, b'{"joints": [[1], [2, 3]]}', 422),
        ({"content-type": "application/json"}, b'{"joints": [[[1, 2, 3]]], "reference": {}}', 422),
        ({"content-type": "multipart/form-data"}, b"0", 400),
    ):
        answer = httpx2.post(f"{address}/explain", headers=headers, content=body)
        assert answer.status_code == status and answer.json()["detail"]


def test_a_length_that_is_not_stated_is_counted(address):
    answer = httpx2.post(
        f"{address}/explain",
        content=(b"0" * 100_000 for _ in range(20)),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 413


def test_a_long_recording_is_refused(address):
    joints = np.zeros((1000, 22, 3)) + make_clip(1, rig="bandai22").joints[:1]
    body = {"joints": joints.round(2).tolist(), "fps": 30, "layout": "smpl22"}
    answer = httpx2.post(f"{address}/explain", json=body)
    assert answer.status_code == 413 and "lasts 33 s" in answer.json()["detail"]


def test_where_no_place_is_free_a_request_is_told_when_to_come_back(pipe, files, monkeypatch):
    with serving(pipe, places=2) as address, ThreadPoolExecutor(2) as clients, held(pipe, monkeypatch) as (free, busy):
        waiting = [clients.submit(ask, address, "2.npz", files["2.npz"], label_only="true") for _ in range(2)]
        while httpx2.get(f"{address}/health").json()["inside"] < 2:
            time.sleep(0.02)
        refused = ask(address, "2.npz", files["2.npz"])
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
        assert "All 2 places are taken" in refused.json()["detail"]
        free.set()
        assert [each.result().status_code for each in waiting] == [200, 200]
        assert ask(address, "2.npz", files["2.npz"], label_only="true").status_code == 200


def test_a_request_that_takes_too_long_ends_and_the_next_is_answered(pipe, files, monkeypatch):
    with serving(pipe, request_s=0.5) as address:
        with held(pipe, monkeypatch):
            late = ask(address, "2.npz", files["2.npz"], label_only="true")
            assert late.status_code == 504 and "within 0.5 s" in late.json()["detail"]
            stream = ask(address, "2.npz", files["2.npz"], label_only="true", query="?stream=true")
            assert stream.text.startswith('event: error\ndata: {"status": 504')
        while (found := ask(address, "2.npz", files["2.npz"], label_only="true")).status_code == 504:
            pass  # the model was given back a moment ago
        assert found.status_code == 200


def test_clients_that_leave_give_their_place_back_and_are_not_computed(pipe, files, monkeypatch):
    computed = []
    answers = pipe.answers
    with serving(pipe, batch_size=1) as address:
        monkeypatch.setattr(pipe, "answers", lambda calls, **given: computed.extend(calls) or answers(calls, **given))
        with held(pipe, monkeypatch) as (free, busy), ThreadPoolExecutor(1) as clients:
            first = clients.submit(ask, address, "2.npz", files["2.npz"], label_only="true")
            assert busy.wait(20)
            for query in ("", "?stream=true"):
                with pytest.raises(httpx2.ReadTimeout), httpx2.Client(timeout=0.5) as client:
                    client.post(f"{address}/explain{query}", files={"recording": ("3.npz", files["3.npz"])})
            deadline = time.monotonic() + 20
            while (inside := httpx2.get(f"{address}/health").json()["inside"]) > 1 and time.monotonic() < deadline:
                time.sleep(0.02)
            assert inside == 1, "only the one in the model"
            free.set()
            assert first.result().status_code == 200
        assert ask(address, "4.npz", files["4.npz"], label_only="true").status_code == 200
        assert 'eai_llm_requests_total{status="499"} 2.0' in httpx2.get(f"{address}/metrics").text
    assert [call.request.source for call in computed] == ["2.npz", "4.npz"]


def test_a_client_that_leaves_while_it_sends_gives_its_place_back(pipe):
    head = b"POST /explain HTTP/1.1\r\nHost: it\r\nContent-Type: %b\r\nContent-Length: 1000\r\n\r\n"
    with serving(pipe, places=1) as address:
        for kind, begun in ((b"application/json", b"{"), (b"multipart/form-data; boundary=x", b"--x\r\n")):
            host, port = address.removeprefix("http://").split(":")
            with socket.create_connection((host, int(port))) as client:
                client.sendall(head % kind + begun)
                while httpx2.get(f"{address}/health").json()["inside"] < 1:
                    time.sleep(0.02)
            while httpx2.get(f"{address}/health").json()["inside"] > 0:
                time.sleep(0.02)
        assert 'eai_llm_requests_total{status="499"} 2.0' in httpx2.get(f"{address}/metrics").text


def test_a_recording_that_the_model_cannot_take_harms_no_other(pipe, files, monkeypatch):
    forward = pipe.forward

    def fails(inputs, **given):
        if any(request.source == "3.npz" for request in inputs["request"]):
            raise RuntimeError("secret path /home/me")
        return forward(inputs, **given)

    with serving(pipe) as address, ThreadPoolExecutor(3) as clients, held(pipe, monkeypatch) as (free, busy):
        monkeypatch.setattr(pipe, "forward", fails)
        names = ["2.npz", "3.npz", "4.npz"]
        sent = {name: clients.submit(ask, address, name, files[name], label_only="true") for name in names}
        while httpx2.get(f"{address}/health").json()["inside"] < 3:
            time.sleep(0.02)
        free.set()
        found = {name: each.result() for name, each in sent.items()}
    assert [found[name].status_code for name in names] == [200, 500, 200]
    assert "secret" not in found["3.npz"].text and found["2.npz"].json()["source"] == "2.npz"


def test_a_recording_that_is_read_too_long_or_ends_its_process_costs_no_other(pipe, files, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "READING_S", 3.0)
    readers = reading.Readers(StubbornExtractor(pipe.processor.feature_extractor, tmp_path))
    readers.start()
    (path := tmp_path / "2.npz").write_bytes(files["2.npz"])

    def read(name):
        try:
            return readers({"path": str(path), "source": name}, {})
        except reading.Refusal as refusal:
            return refusal.status, refusal.detail

    expected = pipe.processor.feature_extractor.clips(str(path))[0].joints
    with ThreadPoolExecutor(2) as threads:
        stubborn = [threads.submit(read, name) for name in ("slow.npz", "slow.npz", "deadly.npz", "deadly.npz")]
        for found in (threads.submit(read, f"{number}.npz") for number in range(4)):
            assert np.array_equal(found.result()[0].joints, expected)
    for each in stubborn[:2]:
        status, detail = each.result()
        assert status == 422 and detail.startswith("slow.npz: reading it takes more than 3 s")
    for each in stubborn[2:]:
        assert each.result()[1].startswith("deadly.npz: reading it ended the process")
    readers.stop()
    processes = [path.name for path in tmp_path.iterdir() if path.suffix == ""]
    assert len(processes) >= 4 and not any(os.path.exists(f"/proc/{name}") for name in processes), "none is left"


def test_nothing_of_an_upload_is_kept(pipe, files, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with serving(pipe) as address:
        assert ask(address, content=files["walk.bvh"], label_only="true").status_code == 200
        assert ask(address, "broken.bvh", b"HIERARCHY\nROOT" + b" " * 2_000_000).status_code == 422
        assert list(tmp_path.iterdir()) == []


def test_health_and_description_say_what_there_is(address):
    health = httpx2.get(f"{address}/health").json()
    assert health["status"] == "ok" and health["places"] == 64 and health["inside"] == 0
    described = httpx2.get(f"{address}/openapi.json").json()
    assert set(described["paths"]) == {"/explain", "/health", "/metrics"}
    explain = described["paths"]["/explain"]["post"]
    form = explain["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["recording"] and "candidate_labels" in form["properties"]
    assert {"200", "413", "422", "429", "504"} <= set(explain["responses"])
    assert httpx2.get(f"{address}/docs").status_code == 200


def test_a_text_that_nobody_waits_for_ends(pipe, monkeypatch):
    calls = [pipe.opened(as_input(make_clip(seed, rig="bandai22", duration_s=2.0))) for seed in (1, 2)]
    jobs = [batching.Job(call, lambda event: None) for call in calls]
    jobs[1].gone = True
    generate, outputs = pipe.model.generate, []
    monkeypatch.setattr(pipe.model, "generate", lambda **given: outputs.append(generate(**given)) or outputs[-1])
    pipe.answers(
        calls, stopping_criteria=[batching._Watch(jobs, pipe, lambda: None)], max_new_tokens=20, min_new_tokens=20
    )
    new = outputs[0][:, -20:]
    written = (new != pipe.processor.tokenizer.pad_token_id).sum(dim=1)
    assert written[0] == 20 and written[1] == 1


def test_limits_are_checked():
    with pytest.raises(ValueError, match="places"):
        Limits(places=0)
    with pytest.raises(ValueError, match="request_s"):
        Limits(request_s=0)


def test_the_command_says_what_is_missing_or_taken(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 1
    assert "in use" in capsys.readouterr().err
    monkeypatch.setattr(limits_module, "find_spec", lambda name: None if name == "uvicorn" else name)
    with pytest.raises(ImportError, match=r'pip install "eai-llm-hf\[serve\]" \(missing: uvicorn\)'):
        require_extra()
