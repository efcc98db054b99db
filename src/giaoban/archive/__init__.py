"""Past records (M14): the text of an earlier conference is read into a draft, a person corrects and confirms it, and only
then is it a record: a concluded conference with its tasks, on the islands of all parties.

Kind of dispatch: `record.confirmed`. Start with `services.py`; the reader of Vietnamese articles is the pure package `reading/`.
"""
