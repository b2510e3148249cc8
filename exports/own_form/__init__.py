"""An office's own form (样表): where its placeholders stand, and the form filled with records, everything else as it was drawn.

`read` says what stands in a form, `fill` fills it, `place` knows where the records go, `move` lets whatever names cells follow
by the one rule of `reference`. openpyxl reads and writes a file whole, so all of it runs in a child process under limits
(`exports.template`).
"""
