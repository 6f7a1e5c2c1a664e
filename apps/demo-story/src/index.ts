// For the shops: what is not theirs.

export { openShopDatabase, type ShopDatabase } from './database.js';
export type { Charge, Refund } from './gateway/books.js';
export { type PaymentGateway, paymentGateway } from './gateway/client.js';
