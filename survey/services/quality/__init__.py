"""The work list of faults in the data (数据质量): found over a whole project in a few statements, never row by row.

record   contradictions between a household's facts and the records around it
double   one person, one certificate, one door in several households
address  gaps in the numbering of doors
area     sums that do not meet, areas off the certificate
listing  all of them before a reader, and what was accepted as it is
"""
