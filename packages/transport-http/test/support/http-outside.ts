import type { Delivery, Outside } from '@holdfast/conformance';

/** Clients that send the same request again until it is answered, wherever the server is by then. */
export class HttpOutside implements Outside {
  readonly place = null;
  #address = '';
  #moved: (() => void)[] = [];
  #refused: (() => void)[] = [];
  #isClosed = false;

  receiverAt(address: unknown): void {
    this.#address = address as string;
    for (const resolve of this.#moved.splice(0)) resolve();
  }

  async deliver(delivery: Delivery): Promise<void> {
    while (!this.#isClosed) {
      const address = this.#address;
      const response = await this.#post(address, delivery.id, JSON.stringify(delivery));
      if (response?.status === 202) return;
      if (response?.status === 503) for (const resolve of this.#refused.splice(0)) resolve();
      else if (response) throw new Error(`answered with ${response.status}: ${await response.text()}`);
      await this.#pause(address);
    }
  }

  redeliver(delivery: Delivery): Promise<void> {
    return this.deliver(delivery);
  }

  async deliverPoison(poison: string, text: string): Promise<void> {
    const response = await this.#post(this.#address, `poison ${poison}`, text);
    const problem = (await response?.json()) as { readonly code: string };
    const expected = { garbled: 'BODY_NOT_JSON', refused: 'INVALID_INPUT' }[poison];
    if (problem.code !== expected) throw new Error(`answered with ${JSON.stringify(problem)}`);
  }

  pressed(): Promise<void> {
    return new Promise((resolve) => this.#refused.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  /** Undefined if no answer came: the server was not there, or died before it answered. */
  async #post(address: string, key: string, body: string): Promise<Response | undefined> {
    try {
      return await fetch(`${address}/workflows/take-in/runs`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `"${key}"` },
        body,
      });
    } catch {
      return undefined;
    }
  }

  /** Until there is another server, or it is time to try the same one again. */
  async #pause(address: string): Promise<void> {
    if (address !== this.#address) return;
    const moved = new Promise<void>((resolve) => this.#moved.push(resolve));
    await Promise.race([moved, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
}
