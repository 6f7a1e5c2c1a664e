import { stripVTControlCharacters } from 'node:util';

/**
 * What was written, with what is another one each time masked, so that a snapshot shows the page as a person
 * sees it: ids that were made up, moments and lengths of time.
 */
export function masked(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll('\r\n', '\n')
      .replaceAll(
        /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g,
        'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
      )
      .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{3}Z?/g, (moment) => moment.replaceAll(/\d/g, '9'))
      .replaceAll(/Postgres \d+\.\d+ at \S+/g, 'Postgres <version> at <place>')
      .replaceAll(/(tables +version) \d+/g, '$1 <latest>')
      .replaceAll(/\((?:\d+ \w+ ago|now|in \d+ \w+)\)/g, '(<ago>)')
      .replaceAll(/ +\d[\d.]* (ms|s|min|h)( ago)?(?= |\n|\)|$)/g, ' <time>')
      .replaceAll(/( +[█▏▎▍▌▋▊▉]+)+(?=\n|$)/g, '  ▌')
      .replaceAll(/ +now(?= |\n|\)|$)/g, ' <time>')
      // How wide such a column is depends on what was in it.
      .replaceAll(/^.*(?:<time>|CREATED|TOOK).*$/gm, (line) => line.replaceAll(/(?<=\S) {2,}/g, '  '))
      .replaceAll(/[ \t]+$/gm, '')
  );
}
