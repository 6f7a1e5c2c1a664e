import { randomUUID } from 'node:crypto';
import type { ReactNode } from 'react';
import { Board } from '../board/board';
import { OrderForm } from '../board/order-form';
import { readBoard } from '../board/read-board';

export const dynamic = 'force-dynamic';

export default async function Page(): Promise<ReactNode> {
  return (
    <div className="columns">
      <OrderForm firstId={randomUUID()} />
      <Board initial={await readBoard()} />
    </div>
  );
}
