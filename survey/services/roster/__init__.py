"""The roster's way in: read a file, compare it with what is kept, write exactly what was shown.

sniff    what a file is, by its bytes, and the cheap refusals
read     the parent's side: a child process reads, under limits
child    the child's side: the only place that parses an office's file
hidden   rows and columns that the office hid
wire     rows and problems as JSON between the two
"""
