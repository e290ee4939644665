"""Schedules: timer start events that begin a case in each region they are for, once for each of their dates."""
