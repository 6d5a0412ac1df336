"""One module a step, in order of their numbers. A step that has been released is never changed."""
