import pg from 'pg';

/** What a statement cost, as the server measured it. */
export interface Executed {
  readonly text: string;
  readonly ms: number;
  /** Pages of 8 kB that were looked at, in memory or not. */
  readonly pages: number;
  readonly indexes: readonly string[];
  /** Tables that were read from end to end. */
  readonly scanned: readonly string[];
  /** Rows that were read for nothing. */
  readonly discarded: number;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Relation Name'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly 'Actual Loops': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

const EXPLAINED = [
  'session_preload_libraries=auto_explain',
  'auto_explain.log_min_duration=0',
  'auto_explain.log_analyze=on',
  'auto_explain.log_buffers=on',
  'auto_explain.log_nested_statements=on',
  'auto_explain.log_format=json',
  'auto_explain.log_level=notice',
];

/** A pool whose sessions tell of every statement how it was executed, those within functions included. For a superuser. */
export function explainingPool(url: string, told: (executed: Executed) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    options: EXPLAINED.map((setting) => `-c ${setting}`).join(' '),
  });
  pool.on('connect', (client) => {
    client.on('notice', ({ message = '' }) => {
      const at = message.indexOf('plan:');
      if (at >= 0) told(executedFrom(message, at));
    });
  });
  return pool;
}

function executedFrom(message: string, at: number): Executed {
  const { 'Query Text': text, Plan: plan } = JSON.parse(message.slice(at + 'plan:'.length)) as {
    'Query Text': string;
    Plan: PlanNode;
  };
  const nodes = nodesOf(plan);
  const named = (key: 'Index Name' | 'Relation Name', from: readonly PlanNode[]): readonly string[] =>
    [...new Set(from.map((node) => node[key]).filter((name) => name !== undefined))].sort();
  return {
    text,
    ms: Number(/duration: ([\d.]+) ms/.exec(message)?.[1]),
    pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    indexes: named('Index Name', nodes),
    scanned: named(
      'Relation Name',
      nodes.filter((node) => node['Node Type'] === 'Seq Scan'),
    ),
    discarded: nodes.reduce((total, node) => {
      const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
      return total + removed * node['Actual Loops'];
    }, 0),
  };
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
