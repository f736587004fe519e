# SPDX-License-Identifier: MIT
"""porting.py SOURCE_DIR: what examples/PORTING.md says of CBFS is complete, and what it says of cbfuse is there.

Each event, method, property and setting has one row, no more; no cell is empty; each symbol is in a public header; each
event of the library and each exported function has its place.
"""
import os
import re
import sys

EVENTS = '''
CanFileBeDeleted CleanupFile CloseDirectoryEnumeration CloseFile CloseHardLinksEnumeration CloseNamedStreamsEnumeration
CloseQuotasEnumeration CreateFile CreateHardLink DeleteFile DeleteObjectId DeleteReparsePoint Ejected EnumerateDirectory
EnumerateHardLinks EnumerateNamedStreams Error FlushFile Fsctl GetDefaultQuotaInfo GetFileInfo GetFileNameByFileId
GetFileSecurity GetObjectId GetReparsePoint GetVolumeId GetVolumeLabel GetVolumeSize Ioctl IsDirectoryEmpty LockFile
Mount OffloadReadFile OffloadWriteFile OpenFile QueryAllocatedRanges QueryCompressionInfo QueryEa QueryQuotas ReadFile
RenameOrMoveFile SetAllocationSize SetDefaultQuotaInfo SetEa SetFileAttributes SetFileSecurity SetFileSize SetObjectId
SetQuotas SetReparsePoint SetValidDataLength SetVolumeLabel UnlockFile Unmount WorkerThreadCreation
WorkerThreadTermination WriteFile ZeroizeFileRange
'''.split()
METHODS = '''
AddDeniedProcess AddGrantedProcess AddMountingPoint CloseOpenedFilesSnapshot Config CreateOpenedFilesSnapshot
CreateStorage DeleteStorage DisableRouteCache DispatchEvents EnableRouteCache FileMatchesMask FlushFile GetDriverStatus
GetEventFileName GetHandleCreatorProcessId GetHandleCreatorProcessName GetHandleCreatorThreadId GetHandleCreatorToken
GetModuleVersion GetOriginatorProcessId GetOriginatorProcessName GetOriginatorThreadId GetOriginatorToken Initialize
Install IsCBFSVolume IsIconRegistered MountMedia NotifyDirectoryChange RegisterIcon ReleaseUnusedFiles
RemoveDeniedProcess RemoveGrantedProcess RemoveMountingPoint ResetIcon ResetTimeout RouteToFile SetIcon ShutdownSystem
Uninstall UnmountMedia UnregisterIcon
'''.split()
PROPERTIES = '''
AccessDeniedProcessCount AccessDeniedProcessDesiredAccess AccessDeniedProcessId AccessDeniedProcessIncludeChildren
AccessDeniedProcessName AccessGrantedProcessCount AccessGrantedProcessDesiredAccess AccessGrantedProcessId
AccessGrantedProcessIncludeChildren AccessGrantedProcessName Active FileCache FileSystemName FireAllOpenCloseEvents
HandleAllFsctls MaxFileNameLength MaxFilePathLength MaxFileSize MetadataCacheEnabled MetadataCacheSize
MountingPointAuthenticationId MountingPointCount MountingPointFlags MountingPointName NonExistentFilesCacheEnabled
NonExistentFilesCacheSize OpenFileHandleClosed OpenFileName OpenFileProcessId OpenFileProcessName OpenFilesCount
OpenHandlesCount OpenObjectsCount ProcessRestrictionsEnabled SerializeAccess SerializeEvents StorageCharacteristics
StorageGUID StoragePresent StorageType SupportChangeTimeAttribute SupportCompressedAttribute SupportExtendedAttributes
SupportLastAccessTimeAttribute SupportODXReadWrite SupportSparseFileAttribute Tag UseAlternateDataStreams
UseCaseSensitiveFileNames UseDirectoryEmptyCheck UseDiskQuotas UseFileIds UseHardLinks UseObjectIds UseReparsePoints
UseShortFileNames UseWindowsSecurity
'''.split()
SETTINGS = '''
AllowOriginatorBufferMapping AllowReadOutsideEof AsyncDeleteStorageNotifications ClusterSize CorrectAllocationSizes
FastRenameMove FileCachePolicyWriteThrough MaxWorkerThreadCount MinWorkerThreadCount SectorSize UserModeFileCacheSize
'''.split()
FULL = {'Events': (58, EVENTS), 'Methods': (43, METHODS), 'Properties': (57, PROPERTIES), 'Settings': (11, SETTINGS)}
# These have no line in events.def, since they have no answer.
UNANSWERED = [('Error', 'error'), ('WorkerThreadTermination', 'worker_thread_termination')]

faults = []


def check(fine, fault):
    if not fine:
        faults.append(fault)


def read(*path):
    with open(os.path.join(*path), encoding='utf-8') as file:
        return file.read()


def rows_of(text):
    """The tables under each heading, as lists of cells, without their head."""
    tables, heading = {}, None
    for line in text.split('\n'):
        if line.startswith('## '):
            heading = line[3:]
            tables[heading] = []
        elif line.startswith('|') and heading:
            tables[heading].append([cell.strip() for cell in line.strip().strip('|').split('|')])
    return {name: rows[2:] for name, rows in tables.items() if rows}


def check_shape(name, rows):
    width = 5 if name in FULL else 2 if name == 'Beyond CBFS' else 3
    seen = set()
    for row in rows:
        check(len(row) == width, f'{name}: {len(row)} cells in {row}')
        check(all(row), f'{name}: an empty cell in {row}')
        check(row[0] not in seen, f'{name}: {row[0]} twice')
        seen.add(row[0])


def check_full(name, rows):
    count, wanted = FULL[name]
    assert len(wanted) == len(set(wanted)) == count
    # A row whose name is no code is not the name of one thing (extended logging).
    named = [row for row in rows if row[0].startswith('`')]
    found = [row[0].strip('`') for row in named]
    check(sorted(found) == sorted(wanted), f'{name}: missing {set(wanted) - set(found)}, unknown {set(found) - set(wanted)}')
    for row in rows:
        check(row[1] in ('native', 'by control', 'none'), f'{name}: {row[0]} is answered "{row[1]}"')
        if row[1] != 'none':
            check('`cbf_' in row[2] or '`CBF_' in row[2], f'{name}: {row[0]} is answered by nothing')
        if row[1] == 'by control':
            check(name != 'Events' or 'ioctl' in row[3] or 'enumeration' in row[3], f'{row[0]}: by which control?')


def main():
    source = sys.argv[1]
    text = read(source, 'examples', 'PORTING.md')
    include = os.path.join(source, 'include', 'cbfuse')
    headers = '\n'.join(read(include, name) for name in sorted(os.listdir(include)))
    plain = re.sub(r'^```.*?^```$', '', text, flags=re.DOTALL | re.MULTILINE)
    tables = rows_of(plain)

    check(set(tables) == set(FULL) | {'Result codes', 'Constants', 'Beyond CBFS'}, f'tables: {sorted(tables)}')
    for name, rows in tables.items():
        check_shape(name, rows)
        if name in FULL:
            check_full(name, rows)

    declared = set(re.findall(r'\b(?:cbf|CBF)_\w+', headers))
    for word in sorted(set(re.findall(r'\b(?:cbf|CBF)_\w+', text)) - declared):
        check(False, f'{word} is in no public header')
    in_tables = set(re.findall(r'\bcbf_\w+', '\n'.join(cell for rows in tables.values() for row in rows for cell in row)))
    functions = set(re.findall(r'^CBF_API [^;(]*?\b(cbf_\w+)\(', headers, re.MULTILINE))
    check(len(functions) > 80, f'only {len(functions)} functions found')
    for function in sorted(functions - in_tables):
        check(False, f'{function}() is in no table of examples/PORTING.md: put it into "Beyond CBFS" at least')

    events = re.findall(r'^EVENT\(\w+, (\w+), (\w+),', read(source, 'src', 'event', 'events.def'), re.MULTILINE)
    check(len(events) >= 34, f'only {len(events)} events found')
    here = {row[0].strip('`'): row[2] for row in tables['Events']}
    beyond = ' '.join(row[0] for row in tables['Beyond CBFS'])
    for event, name in events + UNANSWERED:
        check(f'`cbf_on_{name}()`' in here.get(event, beyond), f'neither the row of {event} nor "Beyond CBFS" names cbf_on_{name}()')

    anchors = {re.sub(r'[^\w\- ]', '', heading).lower().replace(' ', '-') for heading in re.findall(r'^#+ (.*)$', text, re.M)}
    for target in re.findall(r'\]\(([^)]*)\)', plain):
        if target.startswith('#'):
            check(target[1:] in anchors, f'no heading for the link {target}')
        else:
            check(os.path.exists(os.path.join(source, 'examples', target)), f'{target} is not there')

    for fault in faults:
        print(fault)
    print(f'{sum(map(len, tables.values()))} rows, {len(functions)} functions, {len(events) + len(UNANSWERED)} events')
    sys.exit(1 if faults else 0)


main()
