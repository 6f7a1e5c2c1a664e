/** What a customer asks for. */
export interface Order {
  readonly id: string;
  readonly sku: string;
  readonly quantity: number;
  readonly shipTo: string;
}

/** Where no carrier delivers: an order for it is charged, and then refunded. */
export const NOWHERE = 'Atlantis';

/** Whether an order is one that ends with a refund. */
export function isDoomed({ shipTo }: Order): boolean {
  return shipTo === NOWHERE;
}
