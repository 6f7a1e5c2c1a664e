import { type Logger, silentLogger } from './logger.js';

/** The same logger, and each line says which executor it is from. */
export function boundLogger(logger: Logger, executorId: () => string): Logger {
  if (logger === silentLogger) return logger;
  const bound = (fields: object): object => ({ executorId: executorId(), ...fields });
  return {
    debug: (fields, message) => logger.debug(bound(fields), message),
    info: (fields, message) => logger.info(bound(fields), message),
    warn: (fields, message) => logger.warn(bound(fields), message),
    error: (fields, message) => logger.error(bound(fields), message),
  };
}
