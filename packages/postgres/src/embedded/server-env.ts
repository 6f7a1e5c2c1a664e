/**
 * The environment of the server's programs. Not this process's own: the server outlives it, and must not keep its
 * secrets, nor read what is meant for others (OPENSSL_CONF breaks it, a LANG that is not installed as well).
 */
export function serverEnv(): NodeJS.ProcessEnv {
  if (process.platform === 'win32') return process.env;
  const { PATH, TZ, LD_LIBRARY_PATH, DYLD_LIBRARY_PATH } = process.env;
  return { PATH, TZ, LD_LIBRARY_PATH, DYLD_LIBRARY_PATH, LC_ALL: 'C' };
}
