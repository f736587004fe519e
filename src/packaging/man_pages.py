# SPDX-License-Identifier: MIT
"""man_pages.py XML_DIR OUTPUT_DIR VERSION DATE: the manual pages, from doxygen's XML of the public headers.

  man3/  one page a function, one a struct, one a function type that is not a hook's. The page of an event is that of
         its setter, cbf_on_NAME(3), and of its struct, cbf_NAME_event(3).
  man7/  one page a header: cbfuse_NAME(7) for NAME.h, cbfuse(7) for cbfuse.h.

Status 1, and no use for the pages, if anything public is undocumented: older doxygens do not look at all that there is.
"""
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

from man_text import Text, flat, literal


class Reference:
    """What the headers declare, and on which page it is."""

    def __init__(self, directory):
        self.headers, self.structs = {}, {}
        self.functions, self.types, self.enums = {}, {}, []
        self.pages = {}  # id of doxygen's -> (page, section)
        self.undocumented = []
        index = ElementTree.parse(os.path.join(directory, 'index.xml')).getroot()
        for compound in index.findall('compound'):
            kind = compound.get('kind')
            if kind != 'struct' and not (kind == 'file' and compound.findtext('name').endswith('.h')):
                continue
            path = os.path.join(directory, compound.get('refid') + '.xml')
            definition = ElementTree.parse(path).getroot().find('compounddef')
            if kind == 'file':
                self.add_header(definition)
            else:
                self.add_struct(definition)

    def need(self, what, element):
        if not flat(element.find('briefdescription')) and not flat(element.find('detaileddescription')):
            self.undocumented.append(what)

    def add_struct(self, definition):
        name = definition.findtext('compoundname')
        self.structs[name] = definition
        self.need('struct ' + name, definition)
        self.pages[definition.get('id')] = (name, 3)
        for member in definition.iter('memberdef'):
            self.need(f"struct {name}, field {member.findtext('name')}", member)
            self.pages[member.get('id')] = None  # a field is named as it is

    def add_header(self, definition):
        name = definition.findtext('compoundname')
        stem = name[:-len('.h')]
        page = ('cbfuse' if stem == 'cbfuse' else 'cbfuse_' + stem, 7)
        self.headers[name] = definition
        self.need(name, definition)
        self.pages[definition.get('id')] = page
        for member in definition.iter('memberdef'):
            kind, own = member.get('kind'), member.findtext('name')
            self.need(f'{name}, {kind} {own}', member)
            self.pages[member.get('id')] = page
            if kind == 'function':
                self.functions[own] = (name, member)
                self.pages[member.get('id')] = (own, 3)
            elif kind == 'typedef':
                self.types[own] = (name, member)
                hook = re.fullmatch(r'cbf_(\w+)_hook', own)
                self.pages[member.get('id')] = (f'cbf_on_{hook[1]}' if hook else own, 3)
            elif kind == 'enum':
                self.enums.append((name, member))
                for value in member.findall('enumvalue'):
                    self.need(f"{name}, {value.findtext('name')}", value)
                    self.pages[value.get('id')] = page


def prototype(start, parameters, end):
    """A declaration, broken behind commas."""
    lines, line = [], start + '('
    for number, parameter in enumerate(parameters):
        piece = parameter + (end if number == len(parameters) - 1 else ', ')
        if len(line) + len(piece) > 76:
            lines.append(line.rstrip())
            line = '    '
        line += piece
    return lines + [line]


def join(kind, name):
    return f"{kind}{'' if kind.endswith('*') else ' '}{name}"


def function_lines(member):
    parameters = [join(flat(p.find('type')), p.findtext('declname')) if p.findtext('declname') else flat(p.find('type'))
                  for p in member.findall('param')] or ['void']
    return prototype(join(flat(member.find('type')), member.findtext('name')), parameters, ');')


def type_lines(member):
    text = 'typedef ' + flat(member.find('type')) + member.findtext('name') + member.findtext('argsstring') + ';'
    text = re.sub(r' ?\(\*', ' (*', text, count=1)
    start, arguments = re.fullmatch(r'(.*\))\((.*)\);', text).groups()
    return prototype(start, arguments.split(', '), ');')


def struct_lines(name, definition):
    fields = [f"    {join(flat(m.find('type')), m.findtext('name'))}{m.findtext('argsstring') or ''};"
              for m in definition.iter('memberdef')]
    return [f'struct {name} {{'] + fields + ['};']


class Page:
    """One manual page under construction."""

    def __init__(self, reference, name, section):
        self.reference, self.name, self.section = reference, name, section
        self.text = Text(reference.pages, (name, section))

    def head(self, names, element):
        self.names = [(name, self.section) for name in names]
        brief = flat(element.find('briefdescription')).rstrip('. ') or flat(element.find('detaileddescription'))
        self.text.heading('NAME')
        self.text.line(f"{', '.join(names)} \\- {literal(brief)}")

    def synopsis(self, header, *blocks):
        self.text.heading('SYNOPSIS')
        self.text.code([f'#include <cbfuse/{header}>'])
        for block in blocks:
            self.text.code(block)

    def description(self, title, *elements):
        self.text.heading(title)
        for element in elements:
            self.text.described(element)

    def fields(self, definition):
        self.text.heading('FIELDS')
        for member in definition.iter('memberdef'):
            self.mention(member.find('type'))
            self.text.item(member.findtext('name'), member)

    def mention(self, kind):
        """The structs and function types that a declaration is made of."""
        for word in re.findall(r'\w+', flat(kind)):
            if word in self.reference.structs or word in self.reference.types:
                self.text.seen.add((word, 3))

    def constants(self, source):
        """The enumerations whose values the page speaks of."""
        said = flat(source)
        for _, enum in self.reference.enums:
            names = [value.findtext('name') for value in enum.findall('enumvalue')]
            common = os.path.commonprefix(names) if len(names) > 1 else names[0]
            if any(name in said for name in names) or (len(common) > 4 and common + '*' in said):
                self.enum(enum)

    def enum(self, enum):
        self.text.heading('CONSTANTS', once=True)
        self.text.described(enum)
        for value in enum.findall('enumvalue'):
            self.text.item(f"{value.findtext('name')} {flat(value.find('initializer'))}".strip(), value)

    def write(self, directory, version, date, also):
        see = sorted((self.text.seen | set(also)) - set(self.names))
        if see:
            self.text.heading('SEE ALSO')
            self.text.line(', '.join(f'\\fB{literal(name)}\\fP({section})' for name, section in see))
        folder = os.path.join(directory, f'man{self.section}')
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f'{self.name}.{self.section}'), 'w', encoding='utf-8') as page:
            page.write("'\\\" t\n")
            page.write(f'.TH {self.name} {self.section} {date} "cbfuse {version}" " "\n.ad l\n.nh\n')
            page.write(self.text.result())


def event_page(reference, header, setter, name):
    """The page of an event, under the setter's name and again under the struct's."""
    event = setter[len('cbf_on_'):]
    struct = reference.structs[f'cbf_{event}_event']
    page = Page(reference, name, 3)
    page.head([setter, f'cbf_{event}_event'], struct)
    page.synopsis(header, type_lines(reference.types[f'cbf_{event}_hook'][1]),
                  function_lines(reference.functions[setter][1]), struct_lines(f'cbf_{event}_event', struct))
    page.description('DESCRIPTION', struct)
    page.fields(struct)
    page.constants(struct)
    page.description('REGISTRATION', reference.functions[setter][1])
    if 'EBUSY' not in flat(reference.functions[setter][1]):
        page.text.line(literal('Returns 0, or -EBUSY while the volume is mounted.'))
    return page


def function_page(reference, header, name):
    member = reference.functions[name][1]
    page = Page(reference, name, 3)
    page.head([name], member)
    page.synopsis(header, function_lines(member))
    page.description('DESCRIPTION', member)
    page.constants(member)
    for parameter in member.findall('param'):
        page.mention(parameter.find('type'))
    return page


def other_page(reference, header, name, element, lines, fields):
    page = Page(reference, name, 3)
    page.head([name], element)
    page.synopsis(header, lines)
    page.description('DESCRIPTION', element)
    if fields:
        page.fields(element)
    page.constants(element)
    return page


def header_page(reference, header):
    definition = reference.headers[header]
    name, section = reference.pages[definition.get('id')]
    page = Page(reference, name, section)
    page.head([name], definition)
    page.synopsis(header)
    page.description('DESCRIPTION', definition)
    for member in definition.iter('memberdef'):
        if member.get('kind') == 'define':
            page.text.heading('MACROS', once=True)
            names = [p.findtext('defname') for p in member.findall('param')]
            page.text.item(member.findtext('name') + (f"({', '.join(names)})" if names else ''), member)
    for where, enum in reference.enums:
        if where == header:
            page.enum(enum)
    return page


def build(reference):
    """Yields each page with what it shall refer to besides."""
    for name, (header, member) in reference.functions.items():
        home = reference.pages[reference.headers[header].get('id')]
        if name.startswith('cbf_on_'):
            yield event_page(reference, header, name, name), [home]
            yield event_page(reference, header, name, f"cbf_{name[len('cbf_on_'):]}_event"), [home]
        else:
            yield function_page(reference, header, name), [home]
    for name, (header, member) in reference.types.items():
        if not name.endswith('_hook'):
            home = reference.pages[reference.headers[header].get('id')]
            yield other_page(reference, header, name, member, type_lines(member), False), [home]
    for name, definition in reference.structs.items():
        if not name.endswith('_event'):
            header = os.path.basename(definition.find('location').get('file'))
            home = reference.pages[reference.headers[header].get('id')]
            yield other_page(reference, header, name, definition, struct_lines(name, definition), True), [home]
    for header, definition in reference.headers.items():
        also = [reference.pages[m.get('id')] for m in definition.iter('memberdef') if m.get('kind') == 'function']
        also += [reference.pages[c.get('refid')] for c in definition.findall('innerclass')
                 if not c.text.endswith('_event')]
        if header == 'cbfuse.h':
            also = [reference.pages[d.get('id')] for d in reference.headers.values()]
        yield header_page(reference, header), also


def main():
    source, target, version, date = sys.argv[1:]
    reference = Reference(source)
    for name in reference.undocumented:
        print(f'undocumented: {name}', file=sys.stderr)
    if reference.undocumented:
        sys.exit(1)
    count = 0
    for page, also in build(reference):
        page.write(target, version, date, also)
        count += 1
    print(f'{count} manual pages')


main()
