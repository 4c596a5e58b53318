/** Rooms of src, and the rooms that each may import from. */
type Rooms = Readonly<Record<string, readonly string[]>>;

const BEGIN = '<!-- rooms: made by `npm run generate` -->';
const END = '<!-- /rooms -->';

/** Inserts the diagram of the rooms between its markers in the page. @throws Error when the page has no marks */
export function withRooms(page: string, rooms: Rooms): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`docs/architecture.md lacks ${BEGIN} and ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${picture(rooms)}\n\n${page.slice(end)}`;
}

/** A flowchart of Mermaid, without `text` and without the arrows that another path implies. */
function picture(rooms: Rooms): string {
  const arrows = Object.entries(rooms).flatMap(([room, below]) =>
    below
      .filter((one) => one !== 'text' && !below.some((other) => other !== one && reaches(rooms, other, one)))
      .map((one) => `  ${name(room)} --> ${name(one)}`),
  );
  return ['```mermaid', 'flowchart TD', ...arrows.toReversed(), '```'].join('\n');
}

function reaches(rooms: Rooms, from: string, to: string): boolean {
  return (rooms[from] ?? []).some((one) => one === to || reaches(rooms, one, to));
}

/** Mermaid takes no slash in a name. */
function name(room: string): string {
  return room.includes('/') ? `${room.replace('/', '-')}["${room}"]` : room;
}
