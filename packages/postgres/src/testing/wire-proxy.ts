import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ProxiedConnection, type Watcher } from './proxied-connection.js';

/** Stands between clients and a server, counts what passes, and breaks it on request. */
export interface WireProxy {
  /** The same url, by way of the proxy. */
  url(original: string): string;
  /** How often a client asked and then waited: Sync and simple Query messages. Logging in does not count. */
  readonly roundTrips: number;
  /** The text of every statement that was sent to run, prepared earlier or not, in the order of sending. */
  readonly statements: readonly string[];
  /** How many of these are commits in so many words. A statement outside a transaction commits without any. */
  readonly commits: number;
  /** How many statements match. */
  count(match: RegExp): number;
  /** How many connections are open. */
  readonly connections: number;
  /** Begins to count anew. Texts of prepared statements stay known. */
  reset(): void;
  /** Breaks every open connection, on both sides. New ones are accepted. */
  cut(): void;
  /** Lets nothing pass, in either direction, nor on new connections, until `resume`. Nothing is lost. */
  stall(): void;
  resume(): void;
  /**
   * The next statement that matches reaches the server and runs there, but its response never reaches the client, whose
   * connection breaks instead: so is the acknowledgement of a commit lost. Resolves when that has happened.
   */
  dropResponseTo(match: RegExp): Promise<void>;
  /** The next statement that matches never reaches the server: its connection breaks. Resolves when that has happened. */
  cutBefore(match: RegExp): Promise<void>;
  /** Breaks every connection and accepts no more. */
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. It refuses encryption, as most clients then accept. */
export async function startWireProxy(target: { host: string; port: number }): Promise<WireProxy> {
  const proxy = new CountingProxy(target);
  await proxy.listen();
  return proxy;
}

interface Fault {
  readonly match: RegExp;
  readonly kind: 'withhold' | 'cut';
  readonly happened: () => void;
}

class CountingProxy implements WireProxy {
  roundTrips = 0;
  statements: string[] = [];
  private readonly target: { host: string; port: number };
  private readonly listener: Server;
  private readonly open = new Set<ProxiedConnection>();
  private faults: Fault[] = [];
  private isStalled = false;
  private port = 0;

  constructor(target: { host: string; port: number }) {
    this.target = target;
    this.listener = createServer((client) => this.accept(client));
  }

  async listen(): Promise<void> {
    this.listener.listen(0, '127.0.0.1');
    await once(this.listener, 'listening');
    this.port = (this.listener.address() as AddressInfo).port;
  }

  url(original: string): string {
    const url = new URL(original);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  get commits(): number {
    return this.count(/^\s*commit\b/i);
  }

  count(match: RegExp): number {
    return this.statements.filter((text) => matches(match, text)).length;
  }

  get connections(): number {
    return this.open.size;
  }

  reset(): void {
    this.roundTrips = 0;
    this.statements = [];
  }

  cut(): void {
    for (const connection of this.open) connection.cut();
  }

  stall(): void {
    this.isStalled = true;
    for (const connection of this.open) connection.pause();
  }

  resume(): void {
    this.isStalled = false;
    for (const connection of this.open) connection.resume();
  }

  dropResponseTo(match: RegExp): Promise<void> {
    return this.fault('withhold', match);
  }

  cutBefore(match: RegExp): Promise<void> {
    return this.fault('cut', match);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.listener.close(() => resolve());
      this.cut();
    });
  }

  private fault(kind: Fault['kind'], match: RegExp): Promise<void> {
    return new Promise((happened) => {
      this.faults.push({ match, kind, happened });
    });
  }

  private accept(client: Socket): void {
    const connection = new ProxiedConnection(client, this.target, this.watch());
    this.open.add(connection);
    if (this.isStalled) connection.pause();
  }

  private watch(): Watcher {
    const due: Fault[] = [];
    return {
      roundTrip: () => {
        this.roundTrips += 1;
      },
      statement: (text) => {
        this.statements.push(text);
        const found = this.faults.find(({ match }) => matches(match, text));
        if (!found) return 'pass';
        this.faults = this.faults.filter((fault) => fault !== found);
        due.push(found);
        return found.kind;
      },
      broken: () => {
        for (const fault of due) fault.happened();
      },
      closed: (connection) => {
        this.open.delete(connection);
      },
    };
  }
}

/** A sticky or global expression remembers where it was; each text is a new one. */
function matches(expression: RegExp, text: string): boolean {
  expression.lastIndex = 0;
  return expression.test(text);
}
