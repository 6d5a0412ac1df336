"""What moderators use: /settings, /mod, !dreamset, the form, reports, the log channel. The core is one folder up."""
