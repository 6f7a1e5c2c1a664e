import { spawn } from 'node:child_process';

/**
 * Waits for its input to close, which also happens when this process is killed. Then stops the server whose data is in
 * $1/data, making sure that the pid is still its own, and deletes $1.
 */
const SCRIPT = `
cat > /dev/null
is_server() {
  if [ -r "/proc/$pid/cmdline" ]; then tr '\\0' ' ' < "/proc/$pid/cmdline"; else ps -ww -o command= -p "$pid"; fi \\
    2> /dev/null | grep -qF "$1/data "
}
pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
if [ -n "$pid" ] && is_server "$1"; then
  kill -QUIT "$pid"
  for i in 1 2 3 4 5 6 7 8 9 10; do is_server "$1" && sleep 0.5; done
fi
rm -rf "$1"
`;

/**
 * Sees to it that a folder, with the server that has its data there, is gone soon after this process has ended, however
 * it ends. Does nothing on Windows.
 *
 * @returns a function that calls for it now.
 */
export function removeAtExit(folder: string): () => void {
  if (process.platform === 'win32') return () => undefined;
  const child = spawn('sh', ['-c', SCRIPT, 'sh', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  const input = child.stdin as typeof child.stdin & { unref(): void };
  input.unref();
  return () => input.end();
}
