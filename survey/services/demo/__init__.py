"""The demo project (演示项目): an invented neighbourhood half-way through its survey, oddities of the field included.

Everything goes through the services that people use. All people are invented: ID numbers under region 379900, which no
place has, and phones beginning with 120, which no network has.
"""
