# SPDX-License-Identifier: MIT
"""Text of doxygen's XML as the source of a manual page. An element that is not known here is an error."""
import re


def flat(element):
    """The text of an element in one line."""
    return '' if element is None else re.sub(r'\s+', ' ', ''.join(element.itertext())).strip()


def literal(text):
    """Text that roff shows as it is."""
    return text.replace('\\', '\\e').replace('-', '\\-')


def guarded(line):
    """A line that roff does not take for a request."""
    return '\\&' + line if line[:1] in ('.', "'") else line


class Text:
    """Collects the lines of one page; remembers which other pages they name (seen)."""

    def __init__(self, pages, own):
        self.pages, self.own = pages, own
        self.lines, self.seen, self.headings = [], set(), set()

    def line(self, text):
        self.lines.append(guarded(text))

    def heading(self, title, once=False):
        if not (once and title in self.headings):
            self.lines.append(f'.SH "{title}"')
        self.headings.add(title)

    def code(self, lines):
        self.lines += ['.PP', '.nf'] + [guarded('\\fB' + literal(line) + '\\fP') for line in lines] + ['.fi']

    def described(self, element):
        """All that is said about a declaration."""
        paragraphs = []
        for part in ('briefdescription', 'detaileddescription'):
            found = element.find(part)
            paragraphs += list(found) if found is not None else []
        # The brief is the first sentence of what follows, if that goes on in plain text.
        first = True
        for number, paragraph in enumerate(paragraphs):
            follows_brief = number == 1 and len(element.find('briefdescription')) == 1
            self.paragraph(paragraph, gap=not first and not follows_brief)
            first = False
        if paragraphs:
            self.lines.append('.PP')
        self.tidy()

    def item(self, label, element):
        self.lines += ['.TP', guarded(f'\\fB{literal(label)}\\fP')]
        start = len(self.lines)
        self.described(element)
        while self.lines[-1] == '.PP':
            self.lines.pop()
        self.lines[start:] = [('.IP' if line == '.PP' else line) for line in self.lines[start:]]

    def paragraph(self, element, gap):
        """A paragraph, or what doxygen puts in place of one."""
        if element.tag != 'para':
            raise SystemExit(f'man_text: <{element.tag}> among paragraphs')
        if gap:
            self.lines.append('.PP')
        words = element.text or ''
        words = self.escape(words)
        for child in element:
            if child.tag in ('itemizedlist', 'orderedlist', 'table', 'verbatim', 'programlisting', 'simplesect'):
                self.flush(words)
                getattr(self, child.tag)(child)
                words = ''
            else:
                words += self.inline(child)
            words += self.escape(child.tail or '')
        self.flush(words)

    def flush(self, words):
        words = re.sub(r'\s+', ' ', words).strip()
        # A sentence a line, as roff likes it.
        for sentence in re.split(r'(?<=[^.][.:?!]) (?=[A-Z\\])', words) if words else []:
            self.line(sentence)

    @staticmethod
    def escape(text):
        return literal(text)

    def inline(self, element):
        inner = self.escape(element.text or '')
        for child in element:
            inner += self.inline(child) + self.escape(child.tail or '')
        if element.tag in ('computeroutput', 'bold'):
            return '\\fB' + re.sub(r'\\f[BIP]', '', inner) + '\\fP'
        if element.tag == 'emphasis':
            return '\\fI' + inner + '\\fP'
        if element.tag == 'ref':
            return self.reference(element.get('refid'), inner)
        if element.tag in ('ulink', 'anchor', 'nonbreakablespace'):
            return inner
        names = {'ndash': '\\-', 'mdash': '\\-\\-', 'lsquo': "'", 'rsquo': "'", 'sp': ' ', 'linebreak': ' '}
        if element.tag in names:
            return names[element.tag]
        raise SystemExit(f'man_text: <{element.tag}> is not known')

    def reference(self, refid, inner):
        page = self.pages.get(refid)
        if page is None:
            return inner
        if page != self.own:
            self.seen.add(page)
        if inner.endswith('()'):
            return f'\\fB{inner[:-2]}\\fP({page[1]})'
        if page[1] == 7 and inner.endswith('.h'):
            return f'\\fB{page[0]}\\fP(7)'
        return f'\\fB{inner}\\fP'

    def simplesect(self, element):
        for child in element:
            self.paragraph(child, gap=True)

    def itemizedlist(self, element, marks=None):
        for number, item in enumerate(element.findall('listitem'), 1):
            self.lines.append('.IP \\(bu 2' if marks is None else f'.IP {number}. 3')
            for position, paragraph in enumerate(item.findall('para')):
                start = len(self.lines)
                self.paragraph(paragraph, gap=False)
                if position:
                    self.lines.insert(start, '.IP')
        self.lines.append('.PP')

    def orderedlist(self, element):
        self.itemizedlist(element, marks='numbers')

    def verbatim(self, element):
        self.example((element.text or '').strip('\n').split('\n'))

    def programlisting(self, element):
        lines = []
        for line in element.findall('codeline'):
            for space in line.iter('sp'):
                space.text = ' '
            lines.append(''.join(line.itertext()))
        self.example(lines)

    def example(self, lines):
        self.lines += ['.PP', '.RS 4', '.nf'] + [guarded(literal(line)) if line.strip() else '.sp' for line in lines]
        self.lines += ['.fi', '.RE', '.PP']

    def table(self, element):
        rows = [[self.cell(entry) for entry in row.findall('entry')] for row in element.findall('row')]
        width = len(rows[0])
        self.lines += ['.TS', 'tab(\t);', ' '.join(['lb'] * width), ' '.join(['l'] + ['lx'] * (width - 1)) + '.']
        for row in rows:
            self.lines.append('\t'.join(['T{\n' + guarded(text) + '\nT}' if number else guarded(text)
                                         for number, text in enumerate(row)]))
        self.lines += ['.TE', '.PP']

    def cell(self, entry):
        inner = ''
        for paragraph in entry.findall('para'):
            inner += self.escape(paragraph.text or '')
            for child in paragraph:
                inner += self.inline(child) + self.escape(child.tail or '')
        return re.sub(r'\s+', ' ', inner).strip()

    def tidy(self):
        """No paragraph breaks beside headings and one another."""
        kept = []
        for line in self.lines:
            if line == '.PP' and kept and (kept[-1] == '.PP' or kept[-1].startswith('.SH')):
                continue
            kept.append(line)
        self.lines = kept

    def result(self):
        self.tidy()
        lines = []
        for number, line in enumerate(self.lines):
            following = self.lines[number + 1] if number + 1 < len(self.lines) else '.SH'
            if line == '.PP' and following.startswith(('.SH', '.TP', '.IP', '.PP')):
                continue
            lines.append(line)
        return '\n'.join(lines) + '\n'
