# Every outside library, once. All are Debian 12 packages (script/bootstrap installs them).
set(Boost_USE_STATIC_LIBS ON)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(GTest REQUIRED)
find_library(SODIUM_LIBRARY sodium REQUIRED)
find_library(SQLITE3_LIBRARY sqlite3 REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)
find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
if(JANGTEO_BENCH)
  find_package(benchmark REQUIRED)
endif()

# Asio and Beast are compiled once, here; every other file sees declarations only.
add_library(asio STATIC ${CMAKE_SOURCE_DIR}/cmake/asio_compiled.cc)
target_compile_definitions(asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
                                       BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
