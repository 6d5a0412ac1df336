"""The way from every older database to today's tables; `bot.store.database` walks it when a database is opened."""
