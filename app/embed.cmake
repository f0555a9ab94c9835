# Turns files into bytes of C: cmake -D OUT=x.h -D FILES="a.css;b.svg" -P embed.cmake. a.css becomes
# `static const unsigned char a_css[]`, and A_VERSION a text that changes with it.
set(text "/* Made of ${FILES}. */\n")
foreach(file ${FILES})
	cmake_path(GET file FILENAME name)
	cmake_path(GET file STEM stem)
	string(MAKE_C_IDENTIFIER ${name} id)
	string(TOUPPER ${stem} stem)
	file(READ ${file} bytes HEX)
	file(SHA256 ${file} version)
	string(SUBSTRING ${version} 0 8 version)
	string(REGEX REPLACE "(..)" "0x\\1," bytes ${bytes})
	string(APPEND text "#define ${stem}_VERSION \"${version}\"\n"
		"static const unsigned char ${id}[] = {${bytes}};\n")
endforeach()
file(WRITE ${OUT} "${text}")
