import type { Mark } from '../studies/study.js';
import { aims } from './aims.js';
import { bars, type Panel } from './bars.js';
import { type Drawn, FRAME, text } from './drawn.js';

/** Colours for light and for dark pages: ours, the others, the floor, and words. */
const STYLE = `
text{fill:#1f2328}
.quiet{fill:#656d76}
.title{font-weight:600;font-size:14px}
.name{text-anchor:end}
.ours{fill:#0969da}
.other{fill:#afb8c1}
.floor{fill:none;stroke:#afb8c1;stroke-dasharray:3 2}
.rule{stroke:#d0d7de}
.aim{stroke:#1f2328;stroke-width:2}
.strong{font-weight:600}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.quiet{fill:#8d96a0}
.ours{fill:#4493f8}
.other{fill:#484f58}
.floor{stroke:#6e7681}
.rule{stroke:#30363d}
.aim{stroke:#e6edf3}
}`;

/** What was measured, as an SVG for light and dark pages: the workloads as bars, and the studies beside their aims. */
export function picture(panels: readonly Panel[], marks: readonly Mark[], ours: string): string {
  const parts: Drawn[] = [legend(ours)];
  for (const panel of panels) parts.push(bars(panel, ours));
  if (marks.length > 0) parts.push(aims(marks));
  let top = 0;
  const placed = parts.map(({ height, elements }) => {
    const group = `<g transform="translate(${FRAME.margin} ${top})">\n${elements.join('\n')}\n</g>`;
    top += height;
    return group;
  });
  const width = FRAME.width + 2 * FRAME.margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif" font-size="13">`,
    `<title>${ours} and its peers on one Postgres</title>`,
    `<style>${STYLE}\n</style>`,
    ...placed,
    '</svg>',
    '',
  ].join('\n');
}

function legend(ours: string): Drawn {
  const swatch = (x: number, css: string, words: string): readonly string[] => [
    `<rect x="${x}" y="15" width="14" height="11" rx="2" class="${css}"/>`,
    text(x + 20, 25, words),
  ];
  return {
    height: 44,
    elements: [
      ...swatch(0, 'ours', ours),
      ...swatch(100, 'other', 'others'),
      ...swatch(180, 'floor', 'the bare SQL that nobody can do without'),
      text(FRAME.width, 25, 'longer is better', 'quiet name'),
    ],
  };
}
