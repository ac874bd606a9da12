"""The text that the answers are sealed as."""

from __future__ import annotations

from enquiries.answers import PADDED_TO, Answers, Asked
from enquiries.questions import asked


def test_the_length_of_the_sealed_answers_says_little():
    short = Answers(who="young", message="Help", reply_by="none").to_text()
    longer = Answers(who="professional", message="Help " * 20, reply_by="email", email="a@example.org").to_text()
    assert len(short) == len(longer) == PADDED_TO
    assert Answers.from_text(short) == Answers(who="young", message="Help", reply_by="none")


def test_answers_of_another_version_of_the_form_can_still_be_read():
    text = '{"who":"family","message":"m","reply_by":"none","shoe_size":7}'
    assert Answers.from_text(text) == Answers(who="family", message="m", reply_by="none")


def test_the_questions_are_read_back_as_they_were_asked_and_each_text_is_stored_once():
    questions = (
        Asked("message", "What do you want to tell us?", "Listen, please."),
        Asked("at_risk", "Could you get hurt soon?", "I don’t know"),
        Asked("topic", "What is it about?", ""),
    )
    answers = Answers(who="young", message="Listen, please.", at_risk="unsure", reply_by="none", asked=questions)
    text = answers.to_text()
    assert Answers.from_text(text).asked == asked(Answers.from_text(text)) == questions
    assert text.count("Listen, please.") == 1


def test_an_enquiry_from_before_questions_were_kept_is_read_in_todays_words():
    older = Answers.from_text(
        '{"who":"professional","organisation":"Meadow","services":["therapy"],"relation":"an aunt","involved":"no",'
        '"hearing_on":"2039-10-14","message":"m","reply_by":"post","may_leave_message":true}'
    )
    assert older.asked == ()
    assert {each.name: (each.question, each.answer) for each in asked(older)} == {
        "who": ("Who are you?", "Professional"),
        "organisation": ("Organisation", "Meadow"),
        "services": ("Which services are you looking for?", "Therapy"),
        "relation": ("How are you related to the child or children?", "an aunt"),
        "involved": ("Is a social worker involved already?", "No"),
        "hearing_on": ("Next hearing", "Friday 14 October 2039"),
        "message": ("What is the case about?", "m"),
        "reply_by": ("How shall we answer you?", "By post, through a professional I know"),
        "may_leave_message": ("You may leave a message", "Yes"),
    }
