# SPDX-License-Identifier: MIT
# The target "docs": the reference as HTML and as manual pages, from the public headers.
find_package(Doxygen 1.9.4 REQUIRED)
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

set(CBF_DOCS_DIR ${PROJECT_BINARY_DIR}/docs)
configure_file(${CMAKE_CURRENT_LIST_DIR}/Doxyfile.in ${CBF_DOCS_DIR}/Doxyfile @ONLY)
file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/cbfuse/*.h)
file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.py ${CMAKE_CURRENT_LIST_DIR}/*.dox)
string(TIMESTAMP date %Y-%m-%d UTC) # of $SOURCE_DATE_EPOCH, if that is set
add_custom_command(OUTPUT ${CBF_DOCS_DIR}/done
	COMMAND ${CMAKE_COMMAND} -E rm -rf html xml man
	COMMAND ${DOXYGEN_EXECUTABLE} Doxyfile
	COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_LIST_DIR}/man_pages.py xml man ${PROJECT_VERSION} ${date}
	COMMAND ${CMAKE_COMMAND} -E touch done
	DEPENDS ${headers} ${scripts} ${CBF_DOCS_DIR}/Doxyfile
	WORKING_DIRECTORY ${CBF_DOCS_DIR}
	COMMENT "The reference: HTML and manual pages"
	VERBATIM)
add_custom_target(docs ALL DEPENDS ${CBF_DOCS_DIR}/done)
install(DIRECTORY ${CBF_DOCS_DIR}/html DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT docs)
install(DIRECTORY ${CBF_DOCS_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR} COMPONENT docs)
