"""Long work: what takes longer than a person waits for an answer runs in a process of its own, `ruhu worker`.

`run` is what a task is given, `runner` takes jobs and ends them; each family of tasks has a file. To add a task:

1. `survey/domain/job.py`: a `JobKind`, and a `JobStep` where none of those fits.
2. `survey/jobs/<noun>.py`: a function that takes a `Run`. It reads its arguments from `run.arguments`, says where it is
   (`run.begin(step, whole)`, `run.progress(done)`: there it is stopped when somebody cancels), hands a file over with
   `run.keep(source, name, media_type)`, and says what it changes in the database as `run.effect`, a function that commits
   nothing: the runner calls it last, writes "done" beside the changes and commits both at once, or neither. So a task may
   be begun again at any moment, and must touch nothing outside of the database but through `run.keep`.
3. `TASKS` in `survey/jobs/runner.py`: kind and function.
4. Where it is asked for: `enqueue_job(...)` in the transaction of the page, then a redirect to `job.show`.
5. Where it leads to when it is done, if not to a file: `LEADS_TO` in `survey/web/job.py`.

What nobody needs whole is better written in parts: `run.part(work)` commits each, and refuses it where the lease has passed
on or the job was cancelled. Then each part says itself that it is done, in its own transaction, and the next attempt begins
behind it (`survey.jobs.amendment`); such a kind stands in `IN_PARTS`, for what was written stays however the job ends.

What a long step reads, it reads inside `run.reading()`: on SQLite a transaction that may write keeps everybody else from
writing. What must stand earlier (the numbers that papers are to bear) is written and committed by `run.in_front`, at the priority that
the worker had before it stood back. What can be refused is refused with a DomainError; its sentence stands on the page of the job.
"""
