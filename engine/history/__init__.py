"""The history: what each command did, in bytes that stand on each other, can be replayed, proved and given away.

One command appends at most one event to a stream: the stream of a case is the case's id, other streams are called
after what they are about (`definitions`, `policy:330324`, `person:…`). An event's payload is written once, by
`event.write`, and never serialised again; its digest is the `previous` of the next. The end of a case's chain lies in
the case's row, whose `revision` is the number of its last event; the ends of other chains lie in `history_stream`.

To record a new type of event:

1. A handler describes it: `Occurrence(type="TaskReturned", input={...}, task_id=..., activity_id=...)`. The input must
   name everything that the move read besides the case's state: token or wait ids, values, targets, digests.
2. A move of tokens is saved by `case.save(step, occurrence)`, anything else by `case.note(occurrence, outcome)`.
   Facts, connector results, seed and instant are added by themselves. Other streams: `work.record(stream, type, ...)`.
3. A type that moves tokens gets one function in `redo.py`, from the recorded input to the same interpreter call.
4. What it does to rows is told in `rows/` (one function per effect); rows that belong to no case are put into the
   outcome by `images`. `tests/engine/history/test_every_column.py` finds what was forgotten.
5. Screens call it by a word in `api/presentation/words.py`.
"""
