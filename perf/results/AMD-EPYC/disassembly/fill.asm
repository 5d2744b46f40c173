; Assembly listing for method Fast.PageTables.LeafFill:Fill(byref,nuint,ulong,ulong) (FullOpts)
; Emitting BLENDED_CODE for generic X64 + VEX + EVEX on Unix
; FullOpts code
; optimized code
; rbp based frame
; fully interruptible
; No PGO data
; 0 inlinees with PGO data; 1 single block inlinees; 0 inlinees without PGO data

G_M000_IG01:                ;; offset=0x0000
       push     rbp
       mov      rbp, rsp

G_M000_IG02:                ;; offset=0x0004
       xor      eax, eax
       cmp      rsi, 32
       jae      SHORT G_M000_IG05

G_M000_IG03:                ;; offset=0x000C
       cmp      rsi, 8
       jb       G_M000_IG07
       vpbroadcastq ymm0, rdx
       vpbroadcastq ymm1, rcx
       vpmullq  ymm1, ymm1, ymmword ptr [reloc @RWD00]
       vpaddq   ymm0, ymm1, ymm0
       lea      r8, [4*rcx]
       vpbroadcastq ymm1, r8
       vpaddq   ymm1, ymm1, ymm0
       lea      r8, [8*rcx]
       vpbroadcastq ymm2, r8
       align    [0 bytes for IG04]

G_M000_IG04:                ;; offset=0x0050
       vmovups  ymmword ptr [rdi+8*rax], ymm0
       vmovups  ymmword ptr [rdi+8*rax+0x20], ymm1
       vpaddq   ymm0, ymm0, ymm2
       vpaddq   ymm1, ymm1, ymm2
       add      rax, 8
       mov      r8, rsi
       sub      r8, rax
       cmp      r8, 8
       jae      SHORT G_M000_IG04
       jmp      G_M000_IG07

G_M000_IG05:                ;; offset=0x0078
       vpbroadcastq zmm0, rdx
       vpbroadcastq zmm1, rcx
       vpmullq  zmm1, zmm1, zmmword ptr [reloc @RWD64]
       vpaddq   zmm0, zmm1, zmm0
       lea      r8, [8*rcx]
       vpbroadcastq zmm1, r8
       vpaddq   zmm2, zmm0, zmm1
       vmovaps  zmm3, zmm2
       vpaddq   zmm2, zmm1, zmm2
       vmovaps  zmm4, zmm2
       vpaddq   zmm1, zmm1, zmm2
       mov      r8, rcx
       shl      r8, 5
       vpbroadcastq zmm2, r8
       align    [0 bytes for IG06]

G_M000_IG06:                ;; offset=0x00CD
       vmovups  zmmword ptr [rdi+8*rax], zmm0
       vmovups  zmmword ptr [rdi+8*rax+0x40], zmm3
       vmovups  zmmword ptr [rdi+8*rax+0x80], zmm4
       vmovups  zmmword ptr [rdi+8*rax+0xC0], zmm1
       vpaddq   zmm0, zmm2, zmm0
       vpaddq   zmm3, zmm2, zmm3
       vpaddq   zmm4, zmm2, zmm4
       vpaddq   zmm1, zmm2, zmm1
       add      rax, 32
       mov      r8, rsi
       sub      r8, rax
       cmp      r8, 32
       jae      SHORT G_M000_IG06

G_M000_IG07:                ;; offset=0x0114
       mov      r8, rcx
       imul     r8, rax
       add      rdx, r8
       cmp      rax, rsi
       jae      SHORT G_M000_IG09
       align    [0 bytes for IG08]

G_M000_IG08:                ;; offset=0x0123
       mov      qword ptr [rdi+8*rax], rdx
       inc      rax
       add      rdx, rcx
       cmp      rax, rsi
       jb       SHORT G_M000_IG08

G_M000_IG09:                ;; offset=0x0132
       vzeroupper
       pop      rbp
       ret

RWD00  	dq	0000000000000000h, 0000000000000001h, 0000000000000002h, 0000000000000003h
RWD32  	dd	00000000h, 00000000h, 00000000h, 00000000h, 00000000h, 00000000h
	dd	00000000h, 00000000h
RWD64  	dq	0000000000000000h, 0000000000000001h, 0000000000000002h, 0000000000000003h, 0000000000000004h, 0000000000000005h, 0000000000000006h, 0000000000000007h

; Total bytes of code 311
