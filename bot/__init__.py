"""The Discord side of Dreambot: doors, queue, executor, answers. It stands on `dreamcore` and is built next."""
