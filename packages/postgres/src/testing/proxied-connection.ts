import { connect, type Socket } from 'node:net';
import {
  asksForEncryption,
  boundName,
  MessageReader,
  parsed,
  queryText,
  type WireMessage,
} from './wire-messages.js';

/** What a connection reports to the proxy, and asks of it. */
export interface Watcher {
  /** Sql is on its way to the server: it passes, its response must not reach the client, or it must not get there. */
  statement(text: string): 'pass' | 'withhold' | 'cut';
  roundTrip(): void;
  /** The server has answered a statement whose response was dropped, or was cut off before. Both sides are closed now. */
  broken(): void;
  closed(connection: ProxiedConnection): void;
}

/**
 * One client's connection through the proxy. Requests and responses are matched by counting: a server answers each
 * round trip with one ReadyForQuery, in order, after the one that ends the log-in.
 */
export class ProxiedConnection {
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly watcher: Watcher;
  private readonly requests = new MessageReader('client');
  private readonly responses = new MessageReader('server');
  /** Statements by name; '' is the one without. */
  private readonly prepared = new Map<string, string>();
  private asked = 0;
  private answered = -1;
  /** The round trip whose response, and everything after it, is withheld. */
  private withheld = Number.POSITIVE_INFINITY;
  private isCut = false;

  constructor(client: Socket, target: { host: string; port: number }, watcher: Watcher) {
    this.client = client;
    this.server = connect(target);
    this.watcher = watcher;
    this.join(this.client, this.server, (chunk) => this.fromClient(chunk));
    this.join(this.server, this.client, (chunk) => this.fromServer(chunk));
  }

  cut(): void {
    this.client.destroy();
    this.server.destroy();
    this.watcher.closed(this);
  }

  pause(): void {
    this.client.pause();
    this.server.pause();
  }

  resume(): void {
    this.client.resume();
    this.server.resume();
  }

  private join(from: Socket, to: Socket, pass: (chunk: Buffer) => void): void {
    from.setNoDelay(true);
    from.on('data', pass);
    // A socket that breaks also closes.
    from.on('error', () => undefined);
    from.on('close', () => {
      // What was written before, such as why the server hangs up, still gets there.
      to.destroySoon();
      this.watcher.closed(this);
    });
  }

  private fromClient(chunk: Buffer): void {
    for (const message of this.requests.read(chunk)) {
      if (asksForEncryption(message)) {
        // In clear text, or there is nothing to count.
        this.client.write('N');
        continue;
      }
      this.note(message);
      if (this.isCut) {
        this.cut();
        this.watcher.broken();
        return;
      }
      this.server.write(message.bytes);
    }
  }

  private note(message: WireMessage): void {
    if (message.type === 'P') {
      const { name, text } = parsed(message);
      this.prepared.set(name, text);
    }
    if (message.type === 'B') this.statement(this.prepared.get(boundName(message)) ?? '');
    if (message.type === 'Q') this.statement(queryText(message));
    if (message.type === 'Q' || message.type === 'S') {
      this.asked += 1;
      this.watcher.roundTrip();
    }
  }

  private statement(text: string): void {
    const verdict = this.watcher.statement(text);
    if (verdict === 'withhold') this.withheld = Math.min(this.withheld, this.asked);
    if (verdict === 'cut') this.isCut = true;
  }

  private fromServer(chunk: Buffer): void {
    for (const message of this.responses.read(chunk)) {
      const isWithheld = this.answered >= this.withheld;
      if (!isWithheld) this.client.write(message.bytes);
      if (message.type !== 'Z') continue;
      this.answered += 1;
      if (!isWithheld) continue;
      this.cut();
      this.watcher.broken();
      return;
    }
  }
}
