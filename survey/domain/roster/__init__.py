"""The housing roster (房屋底册) of an office: how to understand a table that nobody designed for a program.

    record    what comes out: rows, owners, problems, questions
    columns   which line is the header and what each column holds
    cells     one cell: what was typed, or what Excel made of it, into the value that is meant
    door      building, unit and room out of the many ways in which they are written
    home      the cells of one line into one home
    rows      one sheet into homes
    twice     what can only be seen across the whole file

Refuses to guess: what cannot be read with certainty is an error or a warning at its cell, or a question about its column.
"""
