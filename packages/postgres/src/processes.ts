import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Whether a process runs. One that ended but was never reaped (usual in a container) counts as ended. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return linuxStat(pid)?.state !== 'Z';
}

/** The command line of a process: empty if it has ended, undefined where the system does not tell. */
export function commandLine(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform !== 'linux') return ps(pid, 'command');
  return readProc(`${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';
}

/**
 * A mark that tells a process from a later one with the same pid, also across a reboot. Undefined where the system
 * does not tell, or if there is no such process.
 */
export function birthMark(pid: number): string | undefined {
  if (process.platform === 'win32') return undefined;
  if (process.platform !== 'linux') return ps(pid, 'lstart') || undefined;
  const stat = linuxStat(pid);
  return stat && `${readProc('sys/kernel/random/boot_id')?.trim()} ${stat.startTicks}`;
}

/** The pids of the direct children of a process. Empty on Windows. */
export function childrenOf(pid: number): number[] {
  if (process.platform === 'win32') return [];
  if (process.platform !== 'linux') {
    const lines = spawnSync('ps', ['-A', '-o', 'pid=,ppid=']).stdout.toString().split('\n');
    const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
    return pairs.flatMap(([child, parent]) => (child && parent === pid ? [child] : []));
  }
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((candidate) => linuxStat(candidate)?.parent === pid);
}

interface LinuxStat {
  readonly state: string;
  readonly parent: number;
  readonly startTicks: string;
}

function linuxStat(pid: number): LinuxStat | undefined {
  if (process.platform !== 'linux') return undefined;
  const text = readProc(`${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in brackets, and may itself hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', parent: Number(fields[1]), startTicks: fields[19] ?? '' };
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string {
  return spawnSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)])
    .stdout.toString()
    .trim();
}
