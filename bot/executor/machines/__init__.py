"""Many machines: certificates, the scheduler between bot and workers, what they ask each other first."""
