"""The text that the answers are sealed as."""

from __future__ import annotations

from enquiries.answers import PADDED_TO, Answers


def test_the_length_of_the_sealed_answers_says_little():
    short = Answers(who="young", message="Help", reply_by="none").to_text()
    longer = Answers(who="professional", message="Help " * 20, reply_by="email", email="a@example.org").to_text()
    assert len(short) == len(longer) == PADDED_TO
    assert Answers.from_text(short) == Answers(who="young", message="Help", reply_by="none")


def test_answers_of_another_version_of_the_form_can_still_be_read():
    text = '{"who":"family","message":"m","reply_by":"none","shoe_size":7}'
    assert Answers.from_text(text) == Answers(who="family", message="m", reply_by="none")
