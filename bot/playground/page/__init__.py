"""The playground's web page: who serves it, what each of its tabs is told, and what it may ask for."""
