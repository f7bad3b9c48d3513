# Writes a header with an id over the interfaces that core and targets share; leaves it alone when nothing changed.
set(all "${VERSION}")
foreach(file IN LISTS FILES)
  file(SHA256 ${file} hash)
  string(APPEND all ${hash})
endforeach()
string(SHA256 id "${all}")
string(SUBSTRING ${id} 0 16 id)
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define OPSIN_BUILD_ID \"${VERSION}-${id}\"\n")
