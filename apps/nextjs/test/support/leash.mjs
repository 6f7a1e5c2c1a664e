// Loaded into the servers of a test: they do not outlive it, however it ends.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
