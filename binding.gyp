{
  "variables": { "lane_static_cxx%": "false", "lane_sanitize%": "" },
  "target_defaults": {
    "include_dirs": [
      "native",
      "<!(node -p \"require('node:path').relative('.', require('node:path').dirname(require.resolve('@nozbe/simdjson/src/simdjson.h')))\")"
    ],
    "defines": ["NDEBUG"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17"],
    "cflags_cc": ["-std=c++20", "-fexceptions", "-fvisibility=hidden", "-fvisibility-inlines-hidden", "-ffunction-sections", "-fdata-sections"],
    "conditions": [
      ["OS=='linux'", { "ldflags": ["-Wl,--gc-sections", "-Wl,--exclude-libs,ALL"] }],
      ["lane_sanitize!=''", { "cflags_cc": ["-fsanitize=<(lane_sanitize)", "-fno-omit-frame-pointer", "-g"], "ldflags": ["-fsanitize=<(lane_sanitize)"] }],
      ["OS=='mac'", { "xcode_settings": { "GCC_ENABLE_CPP_EXCEPTIONS": "YES", "GCC_ENABLE_CPP_RTTI": "YES", "CLANG_CXX_LANGUAGE_STANDARD": "c++20", "GCC_SYMBOLS_PRIVATE_EXTERN": "YES", "MACOSX_DEPLOYMENT_TARGET": "13.3" } }],
      ["OS=='win'", { "msvs_settings": { "VCCLCompilerTool": { "ExceptionHandling": 1, "AdditionalOptions": ["/std:c++20"] } } }]
    ]
  },
  "targets": [{
    "target_name": "lane_core",
    "type": "static_library",
    "product_prefix": "lib",
    "product_extension": "a",
    "sources": ["<!@(node native/sources.cjs core)"],
    "cflags_cc": ["-fPIC"]
  }, {
    "target_name": "lane_journal",
    "dependencies": ["lane_core"],
    "sources": ["<!@(node native/sources.cjs addon)"],
    "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
    "defines": ["NAPI_VERSION=9", "NAPI_CPP_EXCEPTIONS", "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"],
    "conditions": [["OS=='linux' and lane_static_cxx=='true'", { "ldflags": ["-static-libstdc++"] }]]
  }, {
    "target_name": "lj",
    "type": "executable",
    "product_extension": "",
    "dependencies": ["lane_core"],
    "sources": ["<!@(node native/sources.cjs executable)"],
    "defines": ["LANE_VERSION=\"<!(node -p \"require('./package.json').version\")\""],
    "conditions": [["OS=='linux'", { "ldflags": ["-static-libstdc++"] }]]
  }]
}
