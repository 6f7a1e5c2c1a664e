import { readReport } from '../../../../report/read-report';

export async function GET(
  _request: Request,
  { params }: RouteContext<'/api/reports/[id]'>,
): Promise<Response> {
  const report = await readReport((await params).id);
  return report ? Response.json(report) : new Response(null, { status: 404 });
}
