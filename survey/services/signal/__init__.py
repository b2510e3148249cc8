"""Signals of fairness and pressure (走访提示): the cases in the records of a project, and the notes of who looked at them.

The database narrows the rows down, the rules of `survey.domain.signal` decide. Cases are found over the whole project,
for one phone may stand in the homes of several teams; whoever reads sees those that touch their own households.

visits    what the times and the hands of visits show
words     what owners said, when they changed it, and to whom
same      one phone, one file, one agent in many households
listing   all of them before a reader, and the notes of those who looked
"""
