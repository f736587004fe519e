# SPDX-License-Identifier: MIT
"""doc_filter.py HEADER: prints a public header as doxygen shall see it.

What is the same in every event is said once, here, and not in each of the headers: the fields that have one meaning
everywhere, a hook's type, the setter of a hook, and the getter beside a property's setter. What a header documents
itself stays as it is; any other name must be documented in the header.
"""
import re
import sys

SETTABLE = 'context.h says how long it lives: what the hook leaves in it stays.'
READ_ONLY = 'context.h says how long it lives: read-only in this event.'
CONTEXTS = {
    'file_context': "The application's pointer for the file",
    'directory_context': "The application's pointer for the directory",
    'handle_context': "The application's pointer for the handle",
    'enumeration_context': "The application's pointer for this enumeration",
}
FIELDS = {
    'file_name': 'The absolute path in the volume. It stays true until the hook returns.',
    'directory_name': "The directory's absolute path in the volume. It stays true until the hook returns.",
    'deleted': 'The file has lost its last name while it is open: file_name is the last one that it had.',
    'result_code': '0 for success, as on entry, or a positive errno value.',
}
FIELD = re.compile(r'^\t[^/]*?(\w+);$')
COMMENT = re.compile(r'(/\*\* (?!@)|/\*\*\n \* @file [^\n]*\n \* )(.*?)\*/', re.DOTALL)
HOOK = re.compile(r'^typedef void \(\*cbf_(\w+)_hook\)\(')
SET_HOOK = re.compile(r'^CBF_API int cbf_on_(\w+)\(')
GETTER = re.compile(r'^CBF_API [\w ]*\W?cbf_get_(\w+)\(')


def field(line, name):
    """The usual meaning of a field, or None."""
    if name in CONTEXTS:
        return f"{CONTEXTS[name]}; {READ_ONLY if 'const ' + name in line else SETTABLE}"
    return FIELDS.get(name)


def prototype(line, text):
    """What stands before an undocumented prototype, or None."""
    match = HOOK.match(line)
    if match:
        return f'The type of a hook that answers a cbf_{match[1]}_event.'
    match = SET_HOOK.match(line)
    if match:
        return (f'Sets the hook that answers each cbf_{match[1]}_event; NULL takes it away. '
                'Returns 0, or -EBUSY while the volume is mounted.')
    match = GETTER.match(line)
    if match and f' cbf_set_{match[1]}(' in text:
        return f'Gives what cbf_set_{match[1]}() has set, or the default.'
    return None


def brief(comment):
    """A comment whose first sentence is marked as the brief. Doxygen's own way of finding it is led astray by a dot in
    code. No line is added, so that doxygen's messages name the right ones."""
    start, text = comment.groups()
    for dot in re.finditer(r'\.(?=\s)', text):
        if text[:dot.start()].count('`') % 2 == 0 and not text[:dot.start()].endswith('.'):
            rest = text[dot.end():]
            return f"{start}@brief {text[:dot.end()]}{' @details' if rest.strip(' *') else ''}{rest}*/"
    return f'{start}@brief {text}*/'


def main():
    with open(sys.argv[1], encoding='utf-8') as header:
        text = header.read()
    documented, in_event, trailing = False, False, False
    for line in COMMENT.sub(brief, text).splitlines():
        match = FIELD.match(line)
        if line.startswith('struct cbf_') and line.endswith('_event {'):
            in_event = True
        elif line.startswith('}'):
            in_event = False
        elif in_event and match and not documented:
            usual = field(line, match[1])
            if usual:
                line += f' /**< {usual} */'
        elif not documented:
            usual = prototype(line, text)
            if usual:
                print(f'/** {usual} */', end=' ')
        print(line)
        if '/*' in line:
            trailing = '/**<' in line
        documented = line.endswith('*/') and not trailing


main()
