import { client } from '../../../../../client';
import { progress } from '../../../../../jobs/progress';

/** What a report tells of its progress, as server-sent events. A browser that comes again says which it has. */
export async function GET(
  request: Request,
  { params }: RouteContext<'/api/reports/[id]/progress'>,
): Promise<Response> {
  const last = Number(request.headers.get('last-event-id') ?? -1);
  const entries = client.stream(progress).readEntries((await params).id, { from: last + 1 });
  request.signal.addEventListener('abort', () => void entries.return?.());
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode('retry: 500\n\n')),
    async pull(controller) {
      const next = await entries.next();
      if (next.done) {
        controller.enqueue(encoder.encode('event: end\ndata: null\n\n'));
        return controller.close();
      }
      const { position, value } = next.value;
      controller.enqueue(encoder.encode(`id: ${position}\ndata: ${JSON.stringify(value)}\n\n`));
    },
    cancel: async () => void (await entries.return?.()),
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
  });
}
