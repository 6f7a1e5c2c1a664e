import { setTimeout as delay } from 'node:timers/promises';
import type { Charge, Refund } from './books.js';

/** A request to a gateway is made once for each idempotency key, however often it is sent. */
export interface Sent {
  readonly idempotencyKey: string;
  /** Aborts the request. */
  readonly signal?: AbortSignal | undefined;
}

/** A payment gateway, as its customers see it. */
export interface PaymentGateway {
  charge(request: { readonly order: string; readonly amount: number }, sent: Sent): Promise<Charge>;
  refund(charge: Charge, sent: Sent): Promise<Refund>;
}

/** Slow enough to be interrupted by hand. */
const PRETENDED_MS = 1000;

/** The gateway at a url; without one, a pretended one. */
export function paymentGateway(url: string | undefined): PaymentGateway {
  return url === undefined ? pretended() : overHttp(url);
}

function overHttp(url: string): PaymentGateway {
  const post = async <Done>(path: string, body: object, { idempotencyKey, signal }: Sent): Promise<Done> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
    const request = { method: 'POST', headers, body: JSON.stringify(body), signal: signal ?? null };
    const response = await fetch(`${url}/${path}`, request);
    if (!response.ok) throw new Error(`The gateway answered ${response.status}`);
    return (await response.json()) as Done;
  };
  return {
    charge: (request, sent) => post('charges', request, sent),
    refund: ({ id }, sent) => post('refunds', { charge: id }, sent),
  };
}

/** Charges nobody. It remembers nothing either: its answers follow from the keys, so the same key gets the same one. */
function pretended(): PaymentGateway {
  return {
    async charge({ order, amount }, { idempotencyKey }) {
      await delay(PRETENDED_MS);
      return { id: `charge ${idempotencyKey}`, order, amount };
    },
    async refund({ id }, { idempotencyKey }) {
      await delay(PRETENDED_MS);
      return { id: `refund ${idempotencyKey}`, charge: id };
    },
  };
}
