# SPDX-License-Identifier: Apache-2.0
#
# Copies FILES, which are relative names, with their folders: cmake -DFILES=... -DFROM=... -DTO=... -P copy.cmake
foreach(file ${FILES})
  get_filename_component(folder ${TO}/${file} DIRECTORY)
  file(COPY ${FROM}/${file} DESTINATION ${folder})
endforeach()
