"""The Discord side of Dreambot: doors, queue, executor, answers. Stands on `dreamcore`."""
