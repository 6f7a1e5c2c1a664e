import { readBoard } from '../../../board/read-board';

export const dynamic = 'force-dynamic';

export async function GET(): Promise<Response> {
  return Response.json(await readBoard());
}
