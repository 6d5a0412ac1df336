"""Dreams on CPUs and GPUs: Dask distributed, one worker process a GPU, behind one small protocol."""
